"""Settings of all Python tests."""

import os

import pytest
from hypothesis import settings

from planted_companies import Builder, Company

# A busy machine is no failure: time limits of single examples say more about the machine than the
# code.
settings.register_profile("touchstone", deadline=None)
settings.load_profile("touchstone")
# Nobody reads what dbt says in detail of the builds of tests, and to write it is 8 % of their time.
os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds companies with chosen faults; only the first of them takes dbt."""
    return Builder(tmp_path_factory.mktemp("companies"))


@pytest.fixture(scope="session")
def dirty(builder: Builder) -> Company:
    """A company with every fault."""
    return builder.build("all")


def pytest_unconfigure() -> None:
    # As Python tears down, DuckDB 2.0's bindings print forty lines of "nanobind: leaked"; the
    # tests have said what they had to say.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
