"""Settings of all Python tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from planted_companies import Builder, Company
from touchstone.project import WAREHOUSE_VARIABLE
from touchstone.settings import RAW_DATA_VARIABLE, SAMPLE

pytest_plugins = ["cpu_seconds"]

# A busy machine is no failure: time limits of single examples say more about the machine than the
# code.
settings.register_profile("touchstone", deadline=None)
settings.load_profile("touchstone")
# Nobody reads what dbt says in detail of the builds of tests, and to write it is 8 % of their time.
os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")
# A company that was loaded into the project's own warehouse says so to dbt in .env: not to tests.
os.environ[RAW_DATA_VARIABLE] = SAMPLE


# Half of the time of all tests; begun last, they would leave one of two processes without work.
LONGEST = ("test_diff.py", "test_daily_loads.py")


# Files of one process; those that read the same built companies share it (`--dist loadgroup`).
TOGETHER = {"test_fault_treatments.py": "test_faults.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: Path(item.path).name not in LONGEST)
    for item in items:
        name = Path(item.path).name
        item.add_marker(pytest.mark.xdist_group(TOGETHER.get(name, name)))


@pytest.fixture(scope="module", autouse=True)
def its_own_warehouse() -> Iterator[None]:
    """A build in this process names its warehouse in the environment: no other file's tests."""
    before = os.environ.get(WAREHOUSE_VARIABLE)
    yield
    os.environ.pop(WAREHOUSE_VARIABLE, None)
    if before is not None:
        os.environ[WAREHOUSE_VARIABLE] = before


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
