"""What a few settings of Spark are worth, on the step that grows fastest: touches meet deals."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from touchstone.spark.cluster import Cluster
from touchstone.spark.server import run_statements

TOUCHES_PER_DEAL = 100
ACCOUNTS_PER_DEAL = 3
# Of all touches and deals, those of the one giant account.
GIANT_PER_CENT = 2
PLAIN = {
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.autoBroadcastJoinThreshold": "10485760",
}
VARIANTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("8 shuffle partitions, broadcast up to 10 MB, adaptive", {}),
    ("2 shuffle partitions", {"spark.sql.shuffle.partitions": "2"}),
    ("200 shuffle partitions (Spark's own)", {"spark.sql.shuffle.partitions": "200"}),
    (
        "200 shuffle partitions, not adaptive",
        {"spark.sql.shuffle.partitions": "200", "spark.sql.adaptive.enabled": "false"},
    ),
    ("no broadcast", {"spark.sql.autoBroadcastJoinThreshold": "-1"}),
    (
        "no broadcast, not adaptive",
        {"spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.adaptive.enabled": "false"},
    ),
)


@dataclass(frozen=True)
class Timing:
    """One variant on one size."""

    touches: int
    has_giant: bool
    variant: str
    rows: int
    seconds: float
    cpu_seconds: float


def measure(cluster: Cluster, sizes: list[int], say: Callable[[str], None]) -> list[Timing]:
    """Run every variant on every size, with and without a giant account."""
    timings = []
    for touches in sizes:
        for has_giant in (False, True):
            run_statements(cluster.port, input_statements(touches, has_giant=has_giant))
            placing(cluster, PLAIN)  # once for nothing: the first run compiles
            for name, changed in VARIANTS:
                cpu, begun = cpu_seconds(cluster), time.monotonic()
                rows = placing(cluster, {**PLAIN, **changed})
                seconds = time.monotonic() - begun
                used = cpu_seconds(cluster) - cpu
                timings.append(Timing(touches, has_giant, name, rows, seconds, used))
                giant = ", a giant account" if has_giant else ""
                say(f"{touches:,} touches{giant}: {name}: {seconds:.1f} s, CPU {used:.1f} s")
    return timings


def timing_lines(timings: list[Timing]) -> list[str]:
    """Return the timings as a table in Markdown."""
    lines = [
        "| touches | giant account | settings | rows placed | s | CPU s |",
        "|---:|---|---|---:|---:|---:|",
    ]
    for timing in timings:
        giant = f"{GIANT_PER_CENT} % of all" if timing.has_giant else "none"
        lines.append(
            f"| {timing.touches:,} | {giant} | {timing.variant} | {timing.rows:,} "
            f"| {timing.seconds:.1f} | {timing.cpu_seconds:.1f} |"
        )
    return lines


def input_statements(touches: int, *, has_giant: bool) -> list[str]:
    """Return the SQL that makes touches and deals of three years, spread over accounts by hash."""
    deals = touches // TOUCHES_PER_DEAL
    accounts = deals * ACCOUNTS_PER_DEAL
    giant = GIANT_PER_CENT if has_giant else 0

    def rows(count: int, key: str) -> str:
        return (
            f"select id as {key}, if(pmod(hash(id, '{key}'), 100) < {giant}, 0, "
            f"1 + pmod(hash(id), {accounts})) as account_id, "
            f"timestamp '2023-01-01' + make_dt_interval(0, 0, pmod(hash('{key}', id), 1576800)) "
            f"as happened_at from range({count})"
        )

    return [
        "create schema if not exists tuning",
        "drop table if exists tuning.touches",
        f"create table tuning.touches using parquet as {rows(touches, 'touch_id')}",
        "drop table if exists tuning.deals",
        f"create table tuning.deals using parquet as {rows(deals, 'deal_id')}",
    ]


def placing(cluster: Cluster, settings: dict[str, str]) -> int:
    """Place the touches of a year on their deals, as int_touches_placed_on_opportunities does."""
    rows = run_statements(
        cluster.port,
        [
            *(f"set {name}={value}" for name, value in settings.items()),
            "drop table if exists tuning.placed",
            "create table tuning.placed using parquet as "
            "select deal_id, touch_id, "
            "row_number() over (partition by deal_id order by touches.happened_at, touch_id) "
            "as position, count(*) over (partition by deal_id) as touch_count "
            "from tuning.touches inner join tuning.deals on touches.account_id = deals.account_id "
            "and touches.happened_at <= deals.happened_at "
            "and touches.happened_at >= deals.happened_at - interval '365' day",
            "select count(*) from tuning.placed",
        ],
    )
    return int(str(rows[0][0]))


def cpu_seconds(cluster: Cluster) -> float:
    """Return the CPU seconds that all processes of the cluster have used so far (Linux)."""
    groups = {part.process.pid for part in cluster.parts}
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(fields[2]) in groups:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
