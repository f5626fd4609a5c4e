"""Spark beside DuckDB: the comparison, and the cluster's commands and errors; none needs Spark."""

import json
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.spark import cluster, command, data, measure, report, server, tuning
from touchstone.spark.compare import Comparison, compare, parquet, seeds_of, tables_of_marts

PROJECT = Path(__file__).parents[2]
ROWS = """
    select
        cast(number as bigint) as id,
        'name ' || number as name,
        cast(number as decimal(18, 2)) / 4 as amount,
        number / 3.0::double as ratio,
        timestamp '2025-03-30 01:30:00' + interval 1 hour * number as happened_at,
        number % 2 = 0 as is_even,
        case when number % 3 = 0 then null else date '2025-01-01' + number::integer end as day
    from range(100) as numbers (number)
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'")
        opened.execute(f"create table ours as {ROWS}")
        opened.execute("create table theirs as from ours")
        yield opened


def held(connection: duckdb.DuckDBPyConnection) -> Comparison:
    return compare(connection, "core.things", "ours", "theirs")


# the comparison


def test_equal_tables_are_the_same_in_any_order(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create or replace table theirs as from ours order by name desc")
    result = held(connection)
    assert result.is_same
    assert result.row_counts == (100, 100)
    assert result.digests[0] == result.digests[1] != ""


def test_timestamps_of_spark_are_read_as_utc(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(
        "copy (select * replace (happened_at at time zone 'UTC' as happened_at) from ours) "
        f"to '{tmp_path / 'part-0.parquet'}' (format parquet)"
    )
    assert compare(connection, "core.things", "ours", parquet(tmp_path)).is_same


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        ("update theirs set amount = amount + 0.01 where id = 7", ["amount"]),
        ("update theirs set ratio = nextafter(ratio, 1e9::double) where id = 7", ["ratio"]),
        ("update theirs set day = date '2025-01-01' where id = 3", ["day"]),
        ("update theirs set name = name || ' ' where id = 7", ["name"]),
        ("update theirs set is_even = null where id = 7", ["is_even"]),
        ("update theirs set happened_at = happened_at + interval 1 microsecond where id = 7",
         ["happened_at"]),
    ],
)  # fmt: skip
def test_one_changed_value_is_found(
    connection: duckdb.DuckDBPyConnection, fault: str, columns: list[str]
) -> None:
    connection.execute(fault)
    result = held(connection)
    assert not result.is_same
    assert result.only_counts == (1, 1)
    assert result.changed_columns() == columns
    assert result.digests[0] != result.digests[1]
    assert all(len(rows) == 1 for rows in result.examples)


def test_values_swapped_between_rows_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update theirs set id = 15 - id where id in (7, 8)")
    result = held(connection)
    assert result.only_counts == (2, 2)
    assert result.changed_columns() == []


@pytest.mark.parametrize(
    ("fault", "only"),
    [
        ("delete from theirs where id = 7", (1, 0)),
        ("insert into theirs from ours where id = 7", (0, 1)),
        ("delete from theirs", (100, 0)),
    ],
)
def test_missing_and_repeated_rows_are_found(
    connection: duckdb.DuckDBPyConnection, fault: str, only: tuple[int, int]
) -> None:
    connection.execute(fault)
    assert held(connection).only_counts == only


def test_no_value_is_not_an_empty_text(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update ours set name = null where id = 7")
    connection.execute("update theirs set name = '' where id = 7")
    result = held(connection)
    assert not result.is_same
    assert result.digests[0] != result.digests[1]


def test_another_type_is_a_difference(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("alter table theirs alter amount type decimal(18, 3)")
    result = held(connection)
    assert result.only_counts == (0, 0)
    assert [column.name for column in result.type_changes()] == ["amount"]
    assert not result.is_same


def test_other_columns_or_another_order_of_them_are_a_difference(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create or replace table theirs as select name, * exclude (name) from ours")
    assert "another order" in held(connection).problem
    connection.execute("alter table theirs drop day")
    assert held(connection).missing_columns == (["day"], [])
    connection.execute("create or replace table theirs as select 1 as something_else")
    assert not held(connection).is_same


def test_every_public_mart_is_compared() -> None:
    def node(kind: str, folder: str, name: str) -> dict[str, object]:
        place = ["touchstone", *folder.split("/"), name]
        return {"resource_type": kind, "fqn": place, "schema": folder[:3], "alias": name}

    nodes = [
        node("model", "marts/core", "accounts"),
        node("model", "staging", "stg_crm__leads"),
        node("seed", "definitions", "channels"),
        node("seed", "raw/crm", "crm__leads"),
        node("test", "marts", "a_test"),
    ]
    assert tables_of_marts(nodes) == [("mar", "accounts")]
    assert seeds_of(nodes) == [("def", "channels")]


def test_the_report_says_what_differs_to_people_and_programs(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    same = held(connection)
    connection.execute("update theirs set amount = 0 where id = 7")
    different = held(connection)
    different.table = "core.other_things"
    cost = measure.Cost("touches", cpu_seconds=2.5, stage_run_seconds={1: [1.0, 1.5]})
    run = report.Run(
        "made up", {"raw_data": "loaded"}, "none", {"a": 1.0}, ["an event"], {}, [cost]
    )
    page = report.write_report(tmp_path, run, [same, different], []).read_text(encoding="utf-8")
    assert "1 of 2 tables differ" in page
    assert "| core.things | 100 | 100 | 0 | 0 | 7 |" in page
    assert "DuckDB  id=7, name=name 7, amount=1.75" in page
    assert "an event" in page
    assert "| touches | 2.50 | 100.0% |" in page
    content = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert content["same"] is False
    assert content["costs"][0]["node"] == "touches"
    assert [mart["same"] for mart in content["marts"]] == [True, False]
    assert "differences: 0" in report.verdict([same], [])


# the raw tables


def test_raw_tables_of_a_warehouse_reach_both_engines(tmp_path: Path) -> None:
    source, copied = tmp_path / "given.duckdb", tmp_path / "copied.duckdb"
    with duckdb.connect(str(source)) as opened:
        opened.execute("create schema raw_crm; create schema core")
        opened.execute("create table raw_crm.lead as select 1 as id")
        opened.execute("create table core.people as select 1 as id")
    data.copy_raw(source, {"raw_crm"}, copied)
    tables = data.write_parquet(copied, {"raw_crm", "raw_web"}, tmp_path / "raw")
    assert list(tables) == [("raw_crm", "lead")]
    rows = duckdb.connect().execute(f"from {parquet(tables['raw_crm', 'lead'])}").fetchall()
    assert rows == [(1,)]
    statements = data.spark_statements(tables)
    assert statements[0] == "create schema if not exists `raw_crm`"
    assert statements[-1].startswith("create table `raw_crm`.`lead` using parquet location '")
    with pytest.raises(UserError, match="no raw table"):
        data.write_parquet(copied, {"raw_web"}, tmp_path / "raw")


def test_raw_schemas_follow_the_settings() -> None:
    assert data.raw_schemas(PROJECT, {}) == {"raw"}
    loaded = data.raw_schemas(
        PROJECT, {"raw_data": "loaded", "source_schemas": {"crm": "salesforce"}}
    )
    assert {"salesforce", "raw_web"} <= loaded
    assert "raw_crm" not in loaded
    with pytest.raises(UserError, match="source_databases"):
        data.raw_schemas(PROJECT, {"raw_data": "loaded", "source_databases": {"crm": "x"}})


# the cluster


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_without_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match=r"no Java found.*install Java 17"):
        cluster.find_java()


def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    script(tmp_path / "bin" / "java", "echo 'openjdk version \"1.8.0_402\"' >&2")
    with pytest.raises(UserError, match=r"too old for Spark \(openjdk version \"1\.8"):
        cluster.find_java()
    script(tmp_path / "bin" / "java", "echo 'openjdk version \"21.0.3\"' >&2")
    assert cluster.find_java() == tmp_path / "bin" / "java"


def test_without_pyspark_the_command_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    script(tmp_path / "bin" / "java", "echo 'openjdk version \"17.0.1\"' >&2")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert main(["spark"]) == 2
    assert "make spark" in capsys.readouterr().err


def test_everything_listens_on_the_loopback_and_lies_in_the_scratch_folder(tmp_path: Path) -> None:
    home, size = Path("/spark"), cluster.Size(cores_per_worker=3, worker_memory_mb=512)
    master = cluster.master_command(home, 7077, 8080)
    worker = cluster.worker_command(home, "spark://127.0.0.1:7077", size)
    thrift = cluster.thrift_command(
        home, "spark://127.0.0.1:7077", 10000, tmp_path, size, {"spark.sql.shuffle.partitions": "6"}
    )
    for words in (master, worker):
        assert words[words.index("--host") + 1] == "127.0.0.1"
    assert worker[worker.index("--cores") + 1] == "3"
    assert worker[worker.index("--memory") + 1] == "512m"
    assert "hive.server2.thrift.bind.host=127.0.0.1" in thrift
    assert "spark.driver.bindAddress=127.0.0.1" in thrift
    assert "spark.sql.shuffle.partitions=6" in thrift
    assert f"spark.sql.warehouse.dir={tmp_path / 'warehouse'}" in thrift
    assert any(f"databaseName={tmp_path / 'metastore'}" in word for word in thrift)


def test_another_spark_of_the_machine_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_HOME", "/opt/other")
    monkeypatch.setenv("SPARK_MASTER_HOST", "0.0.0.0")
    found = cluster.cluster_environment(tmp_path, Path("/spark"), Path("/jre/bin/java"))
    assert found["SPARK_HOME"] == "/spark"
    assert found["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert "SPARK_MASTER_HOST" not in found


def test_free_ports_are_different_ones() -> None:
    assert len(set(cluster.free_ports(5))) == 5


def start(folder: Path, say: Callable[[str], None]) -> None:
    with cluster.running_cluster(folder, cluster.Size(), {}, say):
        raise AssertionError("it cannot be up")


def test_a_cluster_that_does_not_start_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "spark"
    script(home / "bin" / "spark-class", "echo 'cannot bind port'; exit 3")
    monkeypatch.setattr(cluster, "find_java", lambda: Path("/jre/bin/java"))
    monkeypatch.setattr(cluster, "find_spark", lambda: home)
    with pytest.raises(UserError, match=r"master ended with code 3:\n +cannot bind port"):
        start(tmp_path / "scratch", lambda _line: None)


def test_an_interrupted_start_ends_every_process_and_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, children = tmp_path / "spark", tmp_path / "children"
    # as a worker does with its executors: a child that a signal to the parent alone would leave
    script(home / "bin" / "spark-class", f"sleep 600 & echo $! >> {children}; wait")
    monkeypatch.setattr(cluster, "find_java", lambda: Path("/jre/bin/java"))
    monkeypatch.setattr(cluster, "find_spark", lambda: home)

    def interrupted(_page: str) -> int:
        if children.exists() and children.read_text(encoding="utf-8").strip():
            raise KeyboardInterrupt
        return -1

    monkeypatch.setattr(cluster, "_alive_workers", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path / "scratch", lambda _line: None)
    child = int(children.read_text(encoding="utf-8").split()[0])
    assert ends(child)


def ends(process: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split()[2]
            if state == "Z":
                return True
            os.kill(process, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_a_killed_worker_takes_its_executors_along(tmp_path: Path) -> None:
    started = cluster.Cluster(tmp_path, 1, "http://127.0.0.1:1")
    (tmp_path / "log").mkdir()
    for name in ("master", "worker 1", "worker 2"):
        cluster._start(started, name, ["sleep", "600"], dict(os.environ))
    try:
        lost = started.kill_worker()
        assert lost == started.parts[2].process.pid
        assert started.parts[2].process.returncode == -signal.SIGKILL
        assert started.parts[1].process.poll() is None
        assert started.alive_workers() == -1
    finally:
        cluster.stop(started)
    assert all(part.process.poll() is not None for part in started.parts)


# the command


def test_settings_of_spark_can_be_given_and_are_checked() -> None:
    settings = command.spark_settings(cluster.Size(workers=3, cores_per_worker=2), [])
    assert settings["spark.sql.shuffle.partitions"] == "6"
    assert settings["spark.sql.session.timeZone"] == "UTC"
    given = command.spark_settings(cluster.Size(), ["spark.sql.shuffle.partitions=9"])
    assert given["spark.sql.shuffle.partitions"] == "9"
    with pytest.raises(UserError, match=r"spark\.NAME=VALUE"):
        command.spark_settings(cluster.Size(), ["shuffle=9"])


def test_the_sentence_of_a_server_error_is_shown_without_its_trace() -> None:
    class Status:
        errorMessage = (  # noqa: N815
            "org.apache.hive.HiveSQLException: Error running query: [TABLE_NOT_FOUND] no core.x "
            "\tat org.apache.spark.Foo(Foo.scala:1)\n\tat org.apache.spark.Bar"
        )

    class Response:
        status = Status()

    assert server.reason(RuntimeError(Response())) == "[TABLE_NOT_FOUND] no core.x"


def test_models_and_their_macros_never_ask_which_engine() -> None:
    asking = [
        str(path.relative_to(PROJECT))
        for folder in ("models", "macros", "tests", "analyses")
        for path in (PROJECT / folder).rglob("*.sql")
        if "portable" not in path.parts and "target.type" in path.read_text(encoding="utf-8")
    ]
    assert asking == []


def test_every_expression_of_duckdb_alone_has_its_twin_of_spark() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "macros").rglob("*.sql"))
    dispatched = {line.split("dispatch('")[1].split("'")[0] for line in text.splitlines()
                  if "adapter.dispatch('" in line}  # fmt: skip
    missing = [name for name in sorted(dispatched) if f"macro spark__{name}(" not in text]
    assert dispatched
    assert missing == []


# what settings are worth


def test_the_giant_account_has_its_share_of_touches_and_deals() -> None:
    plain, giant = (tuning.input_statements(100_000, has_giant=has) for has in (False, True))
    assert len(plain) == len(giant) == 5
    assert "range(100000)" in plain[2]
    assert "range(1000)" in plain[4]
    assert "pmod(hash(id, 'touch_id'), 100) < 0," in plain[2]
    assert f"pmod(hash(id, 'deal_id'), 100) < {tuning.GIANT_PER_CENT}," in giant[4]


def test_timings_are_a_table() -> None:
    timing = tuning.Timing(1_000_000, True, "no broadcast", 94_788, 6.24, 2.06)
    assert tuning.timing_lines([timing])[-1] == (
        "| 1,000,000 | 2 % of all | no broadcast | 94,788 | 6.2 | 2.1 |"
    )


# what it cost


def test_costs_are_read_from_the_event_log_by_model() -> None:
    def started(stages: list[int], node: str) -> dict[str, object]:
        text = f'/* {{"app": "dbt", "node_id": "model.touchstone.{node}"}} */ create table ...'
        properties = {"spark.job.description": text}
        return {"Event": "SparkListenerJobStart", "Stage IDs": stages, "Properties": properties}

    def ended(stage: int, seconds: float, *, failed: bool = False) -> dict[str, object]:
        metrics = {
            "Executor Run Time": int(seconds * 1000),
            "Executor CPU Time": int(seconds * 1e9),
            "Disk Bytes Spilled": 7,
            "Peak Execution Memory": 100,
            "Input Metrics": {"Records Read": 10},
            "Output Metrics": {"Records Written": 5, "Bytes Written": 50},
            "Shuffle Write Metrics": {"Shuffle Bytes Written": 1000},
        }
        return {
            "Event": "SparkListenerTaskEnd",
            "Stage ID": stage,
            "Task Info": {"Failed": failed},
            "Task Metrics": metrics,
        }

    events = [
        {"Event": "SparkListenerApplicationStart"},
        {"Event": "SparkListenerJobStart", "Stage IDs": [9], "Properties": {}},
        started([1, 2], "core_accounts"),
        started([2, 3], "touches"),
        ended(1, 1),
        ended(2, 1),
        ended(2, 1),
        ended(2, 6, failed=True),
        ended(3, 4),
        ended(9, 99),
    ]
    costs = measure.costs_of(json.dumps(event) for event in events)
    assert [(cost.node, cost.cpu_seconds) for cost in costs] == [
        ("core_accounts", 9.0),
        ("touches", 4.0),
    ]
    assert costs[0].skew == 6.0
    assert costs[0].failed_tasks == 1
    assert (costs[0].read_rows, costs[0].shuffled_bytes, costs[0].spilled_bytes) == (40, 4000, 28)
    assert "| core_accounts | 9.00 | 69.2% |" in "\n".join(measure.cost_lines(costs))
