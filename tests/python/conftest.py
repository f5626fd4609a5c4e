"""Settings of all Python tests."""

from hypothesis import settings

# A busy machine is no failure: time limits of single examples say more about the machine than the
# code.
settings.register_profile("touchstone", deadline=None)
settings.load_profile("touchstone")
