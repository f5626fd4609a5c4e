"""Settings of all Python tests."""

import os

from hypothesis import settings

# A busy machine is no failure: time limits of single examples say more about the machine than the
# code.
settings.register_profile("touchstone", deadline=None)
settings.load_profile("touchstone")


def pytest_unconfigure() -> None:
    # As Python tears down, DuckDB 2.0's bindings print forty lines of "nanobind: leaked"; the
    # tests have said what they had to say.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
