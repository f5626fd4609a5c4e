"""The bench: what it makes of figures, and its parts on a small company (all but dbt itself)."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.bench import company, day, measure, reading, report, tables, targets
from touchstone.bench.command import sizes_asked
from touchstone.bench.dbt_run import layer_of, order
from touchstone.bench.peers import sql
from touchstone.bench.peers.models import read_models
from touchstone.bench.suite import size_name
from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.project import project_directory

PROJECT = project_directory()
CREDITS = "int_touches_weighed_by_model"


def node(name: str, wall: float, cpu: float, layer: str = "intermediate") -> dict[str, Any]:
    kind = "model" if layer not in ("tests", "seeds") else layer[:-1]
    return {
        "name": name, "kind": kind, "layer": layer, "status": "success",
        "wall_s": wall, "cpu_s": cpu, "peak_mb": 500.0, "spill_mb": 0.0,
    }  # fmt: skip


def size(touches: float, seconds: float = 1.0) -> dict[str, Any]:
    cost = {"wall_s": seconds, "cpu_s": seconds, "peak_mb": 100.0, "spill_mb": 0.0}
    nodes = [
        node("stg_web__page_views", 2 * seconds, 3 * seconds, "staging"),
        node(CREDITS, 3 * seconds, 4 * seconds),
        node("a_test", 1.0, 1.0, "tests"),
    ]
    build = {
        **cost, "wall_s": 10 * seconds, "cpu_s": 12 * seconds, "peak_mb": 2000.0,
        "dbt_threads": 1, "with_tests": True, "warehouse_mb": 10.0, "nodes": nodes,
    }  # fmt: skip
    floor = {"floor_wall_s": 0.5 * seconds, "floor_cpu_s": seconds, "rows": 5, "megabytes": 1.0}
    return {
        "touches_asked": touches, "touchpoints": int(touches), "deals": int(touches / 100),
        "raw_rows": 7, "raw_mb": 1.0, "build": build, "attribution": {**build, "nodes": nodes[1:2]},
        "floors": {
            "models": {CREDITS: floor, "stg_web__page_views": floor},
            "attribution": {
                "scan": cost, "join": cost, "floor": cost,
                "touches": 9, "deals": 3, "rows": 4, "credit_rows": 4,
            },
        },
    }  # fmt: skip


def found(*sizes: dict[str, Any], **more: Any) -> dict[str, Any]:
    machine = {"cores": 2, "memory_gib": 24, "duckdb": "2", "python": "3"}
    by_name = {size_name(one["touches_asked"]): one for one in sizes}
    return {"machine": machine, "sizes": by_name, **more}


def lines_of(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    [row] = [row for row in rows if title in row["target"]]
    return row


def test_layers_add_up_to_the_whole() -> None:
    rows = tables.layer_rows(size(1e6))
    whole = rows.pop()
    assert [row["layer"] for row in rows] == ["staging", "intermediate", "tests", "dbt itself"]
    assert sum(row["wall_s"] for row in rows) == pytest.approx(whole["wall_s"])
    assert sum(row["cpu_s"] for row in rows) == pytest.approx(whole["cpu_s"])
    assert whole["ratio"] == pytest.approx(12 / 2)


def test_models_are_told_slowest_first_with_the_ratio_to_their_floor() -> None:
    rows = tables.model_rows(size(1e6))
    assert [(row["name"], row["ratio"]) for row in rows] == [
        (CREDITS, 4.0),
        ("stg_web__page_views", 3.0),
    ]


def test_attribution_is_told_against_the_floor_of_the_same_run() -> None:
    cost = tables.attribution_cost(size(1e6))
    assert (cost["wall_s"], cost["ratio"], cost["wall_ratio"]) == (3.0, 4.0, 3.0)


def test_growth_is_told_against_linear() -> None:
    rows = tables.growth(found(size(1e6), size(1e7, 20.0))["sizes"])
    assert {row["name"]: row["against_linear"] for row in rows} == {
        CREDITS: 2.0,
        "stg_web__page_views": 2.0,
    }
    assert tables.growth(found(size(1e6))["sizes"]) == []


def test_a_target_is_met_missed_or_not_measured() -> None:
    peers = [
        {"peer": "naive_sql", "title": "n", "wall_s": 15.0, "cpu_s": 1.0, "peak_mb": 9.0,
         "models": ["m"] * 14, "scopes": 2, "compared": 5, "different": 0},
        {"peer": "pandas", "title": "p", "wall_s": 3.0, "cpu_s": 1.0, "peak_mb": 9.0,
         "models": ["m"] * 14, "scopes": 2, "compared": 5, "different": 0},
        {"peer": "polars", "title": "q", "problem": "not installed: polars"},
    ]  # fmt: skip
    one = {**size(1e7), "peers": peers}
    rows = targets.target_rows(found(one, size(1e6)))
    assert lines_of(rows, "4 x floor")["met"] is True
    assert lines_of(rows, "naive SQL") == {
        "target": "at least 4 x faster than naive SQL per model",
        "reached": "5 x",
        "met": True,
        "note": "at 1e7 touches",
    }
    assert lines_of(rows, "pandas")["met"] is False
    smaller = lines_of(targets.target_rows(found({**size(1e6), "peers": peers})), "pandas")
    assert (smaller["reached"], smaller["met"]) == ("1 x", None)
    assert lines_of(rows, "not slower than polars")["met"] is None
    assert "not installed" in lines_of(rows, "not slower than polars")["note"]
    assert lines_of(rows, "path strings")["note"] == "not measured: run with --compare"
    assert lines_of(rows, "Markov")["note"] == "not measured: not built"
    assert lines_of(rows, "24 GiB")["met"] is None


def test_the_large_size_and_a_day_have_their_targets() -> None:
    half = {"models_cpu_s": 1.0, "wall_s": 1.0, "cpu_s": 1.0, "peak_mb": 1.0,
            "models_wall_s": 1.0, "slowest": []}  # fmt: skip
    one_day = {
        "touches_asked": 1e7, "day": "2025-12-30", "history": half, "one_day": half,
        "full": {**half, "models_cpu_s": 25.0}, "marts": 24, "different_marts": [],
    }  # fmt: skip
    whole = found(size(1e7), size(1e8, 13.0), day=one_day)
    rows = targets.target_rows(whole)
    assert lines_of(rows, "24 GiB")["met"] is True
    assert lines_of(rows, "at most 12 x")["met"] is False
    assert lines_of(rows, "15 x cheaper")["reached"] == "25 x"
    assert lines_of(rows, "5 %")["met"] is True
    page = report.markdown({**whole, "targets": rows, "growth": tables.growth(whole["sizes"])})
    assert "**missed**" in page
    assert "differ from a whole build: none" in page


def test_a_table_is_aligned_and_its_numbers_can_be_read() -> None:
    assert report.table(("what", "n"), [("a", 1234), ("bcd", None), ("e", 0.12345)]) == [
        "| what |     n |",
        "|------|------:|",
        "| a    | 1,234 |",
        "| bcd  |       |",
        "| e    |  0.12 |",
    ]


def test_sizes_are_numbers() -> None:
    assert sizes_asked("1e7,1e6") == [1e6, 1e7]
    assert [size_name(value) for value in (1e6, 250_000)] == ["1e6", "2.5e5"]
    with pytest.raises(UserError, match="1e6,1e7"):
        sizes_asked("many")


def test_unknown_peers_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--peers", "abacus", "--cache", str(tmp_path)]) == 2
    assert "abacus" in capsys.readouterr().err


def test_a_layer_is_the_first_folder_of_a_model() -> None:
    assert layer_of("model", "staging/crm/stg_crm__leads.sql") == "staging"
    assert layer_of("unit_test", "marts/x.yml") == "unit tests"


def test_a_child_that_dies_is_told_as_that() -> None:
    ended = measure.run_child(["touchstone.no_such_module"])
    assert ended.problem is not None
    assert "no_such_module" in ended.problem
    sleep = ["timeit", "-n1", "-r1", "import time; time.sleep(30)"]
    late = measure.run_child(sleep, most_seconds=0.5)
    assert late.problem == "stopped after 0 s"
    assert late.cost.wall_s < 10


def test_the_profile_of_a_build_is_the_projects_own(tmp_path: Path) -> None:
    import yaml

    path = order(
        project=PROJECT,
        work=tmp_path,
        warehouse=tmp_path / "w.duckdb",
        threads=1,
        memory_limit="4GB",
        arguments=["build"],
    )
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["arguments"][:2] == ["--quiet", "build"]
    profile = yaml.safe_load((tmp_path / "profiles.yml").read_text(encoding="utf-8"))
    target = profile["touchstone"]["outputs"]["dev"]
    assert target["config_options"]["memory_limit"] == "4GB"
    assert target["settings"]["preserve_insertion_order"] is False
    assert target["config_options"]["storage_compatibility_version"] == "v1.2.0"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company.company_folder(PROJECT, tmp_path_factory.mktemp("bench"), 1e4, 36, 7)


def test_a_company_is_made_once(small: Path) -> None:
    written = (small / "rows.json").stat().st_mtime_ns
    again = company.company_folder(PROJECT, small.parent, 1e4, 36, 7)
    assert (again, (small / "rows.json").stat().st_mtime_ns) == (small, written)
    rows = company.company_rows(small)
    assert 8_000 < company.touchpoints(rows) < 13_000
    assert company.deals(rows) > 50


def test_raw_tables_are_read_in_place(small: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    company.read_in_place(PROJECT, warehouse, company.whole_files(PROJECT, small))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        views = connection.execute(
            "select count(*) from duckdb_views() where schema_name like 'raw_%'"
        ).fetchall()
    assert views == [(29,)]


def test_the_evening_before_lacks_the_day_and_some_of_its_week(small: Path) -> None:
    today = day.last_day(small)
    before, after = day.states(PROJECT, small, today)
    with duckdb.connect() as connection:

        def count(sql: str) -> int:
            [(rows,)] = connection.execute(f"select count(*) from ({sql})").fetchall()
            return int(rows)

        for label in day.ARRIVAL:
            assert count(before[label]) <= count(after[label]), label
        new = f"select * from ({after['web.page_views']}) where received_at >= date '{today}'"
        missing = count(after["web.page_views"]) - count(before["web.page_views"])
        assert missing >= count(new) > 0
        won_before = count(f"from ({before['crm.opportunities']}) where is_won")
        won_after = count(f"from ({after['crm.opportunities']}) where is_won")
        assert won_before <= won_after


def test_the_evening_before_knows_a_lead_as_it_was_then(small: Path) -> None:
    changes = f"read_parquet('{small}/crm/crm__lead_changes.parquet')"
    with duckdb.connect() as connection:
        lead, was, on = connection.execute(
            f"select lead_id, old_value, cast(created_date as date) from {changes} "
            "where field = 'LeadSource' order by created_date desc, id limit 1"
        ).fetchall()[0]
        before, after = day.states(PROJECT, small, on)
        sources = [
            connection.execute(
                f"select lead_source from ({query['crm.leads']}) where id = $1", [lead]
            ).fetchall()
            for query in (before, after)
        ]
    assert sources[0] == [(was,)] != sources[1]


def test_peers_compute_what_the_definitions_say(tmp_path: Path) -> None:
    touches, deals = tmp_path / "touches.parquet", tmp_path / "deals.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select n as touch_number, 't' || n as touch_id, 'a' as account_id, "
            "timestamp '2025-01-01' + to_days(n) as touch_at, "
            "date '2025-01-01' + n::int as touch_date, false as is_day_only, n = 4 as is_direct, "
            "n = 2 as is_known, 'x' as channel from range(1, 5) as r (n)) "
            f"to '{touches}' (format parquet)"
        )
        connection.execute(
            "copy (select 'd' as opportunity_id, 'a' as account_id, "
            "timestamp '2025-01-04 12:00:00' as created_at, date '2025-01-04' as created_date, "
            "date '2025-02-01' as won_date, date '2024-02-01' as journey_starts_date, "
            "timestamp '2025-01-03 12:00:00' as lead_until_at, "
            "date '2025-01-03' as lead_until_date, 10000 as amount_minor) "
            f"to '{deals}' (format parquet)"
        )
    models = read_models(PROJECT)
    told = sql.naive(tmp_path, models)
    assert told["rows"] == len(models) * (3 + 4)
    with duckdb.connect(str(tmp_path / "peer.duckdb"), read_only=True) as connection:
        credits = {
            (model, touch): round(credited, 2)
            for model, touch, credited in connection.execute(
                "select attribution_model, touch_id, credited from credits "
                "where attribution_scope = 'revenue' and credited > 0"
            ).fetchall()
        }
    of_full_path = {touch: value for (name, touch), value in credits.items() if name == "full_path"}
    assert of_full_path == {"t1": 25.0, "t2": 25.0, "t3": 25.0, "t4": 25.0}
    assert credits["last_non_direct", "t3"] == 100.0
    assert credits["linear", "t2"] == 25.0

    paths = sql.path_strings(tmp_path, models)
    assert {"first_touch", "last_touch", "linear", "position_based"} <= set(paths["models"])
    with duckdb.connect(str(tmp_path / "peer.duckdb"), read_only=True) as connection:
        for model in paths["models"]:
            theirs = connection.execute(
                f"select touch_id, round({model}, 2) from credits "
                f"where attribution_scope = 'revenue' and {model} > 0"
            ).fetchall()
            assert dict(theirs) == {t: v for (name, t), v in credits.items() if name == model}


def test_a_mart_is_blown_up_and_asked(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema attribution")
        connection.execute(
            "create table attribution.touch_credits as select 'd' || n % 7 as opportunity_id, "
            "'t' || n as touch_id, 'a' || n % 3 as account_id, 'p' as person_id, "
            "'c' || n % 5 as campaign_id, date '2025-01-01' + n::int as touch_date, "
            "date '2025-01-01' + n::int as created_date, "
            "date '2025-02-01' + n::int as closed_date, "
            "date '2025-01-01' as created_quarter_start_date, "
            "date '2025-04-01' as closed_quarter_start_date, "
            "'x' as channel, true as is_won, 1.00::decimal(18, 2) as credited_pipeline_amount, "
            "1.00::decimal(18, 2) as credited_revenue_amount from range(100) as r (n)"
        )
    asked = {"warehouse": str(warehouse), "scratch": str(tmp_path / "c.duckdb"), "orders": "all"}
    told = reading.measure({**asked, "rows": 1050, "spill": str(tmp_path)})
    assert set(told["orders"]) == set(reading.ORDERS)
    assert {query["question"] for query in told["queries"]} == set(reading.QUESTIONS)
    assert "1,050 rows" in report.markdown(found(reading=told))
