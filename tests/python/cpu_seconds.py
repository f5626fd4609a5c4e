"""What each file of tests costs: CPU seconds of its process and of what that started.

Wall time says as much about what else the machine did. `pytest --cpu` prints the table.
"""

import os
from collections import defaultdict
from collections.abc import Generator

import pytest

NAME = "cpu_seconds"
SPENT = pytest.StashKey[float]()


def cpu_seconds() -> float:
    """Return what this process, and those it started that have ended, took so far."""
    return sum(os.times()[:4])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu", action="store_true", help="print the CPU seconds of each file")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write into each report of a phase what was spent since the one before."""
    report = yield
    now = cpu_seconds()
    report.user_properties.append((NAME, now - item.config.stash.get(SPENT, 0.0)))
    item.config.stash[SPENT] = now
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not terminalreporter.config.getoption("--cpu"):
        return
    spent: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds = [value for name, value in report.user_properties if name == NAME]
                spent[report.nodeid.partition("::")[0]] += sum(map(float, map(str, seconds)))
    terminalreporter.section("CPU seconds")
    for name in sorted(spent, key=lambda name: (-spent[name], name)):
        terminalreporter.write_line(f"{spent[name]:7.1f} {name}")
    terminalreporter.write_line(f"{sum(spent.values()):7.1f} in all")
