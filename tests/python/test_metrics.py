"""Metrics: what each says of itself, that MetricFlow can ask them all, and what they are worth."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from metric_oracles import ORACLES, ORACLES_BY_MEMBER
from parsed_project import parsed
from touchstone.errors import UserError
from touchstone.metrics import (
    Metric,
    catalogue,
    days_to_settle,
    read_catalogue,
    write_values,
)
from touchstone.metrics.catalogue import MANIFEST_FILE, STATED
from touchstone.metrics.command import listed
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import CALENDAR, CUTS, GRAINS, NOBODY, TOTAL, at_grain
from touchstone.project import WAREHOUSE_VARIABLE

PROJECT = Path(__file__).parents[2]
WAREHOUSE = PROJECT / "touchstone.duckdb"
# The channel rules were written for the sample, and no channel there belongs to the product.
NONE_IN_THE_SAMPLE = ("unmapped_channel_share", "product_sourced_pipeline_amount")
# What the values of a metric may be added up over is said in these words.
# A person counts once in a period; the days of the cycle are their median.
NOT_OF_SUMS = ("re_entry_rate", "pipeline_velocity_amount")
ADDITIVE_WORDS = (
    "everything",
    "everything but time",
    "everything but channel and campaign",
    "nothing",
    "within one attribution_model",
    "within one channel",
    "within one campaign",
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Definitions as they are parsed: a stale manifest validates whatever was edited."""
    folder = tmp_path_factory.mktemp("target")
    shutil.copy(parsed(PROJECT, {}, WAREHOUSE).target / MANIFEST_FILE, folder)
    return folder


@pytest.fixture(scope="module")
def metrics(target: Path) -> dict[str, Metric]:
    return catalogue(target)


@pytest.fixture(scope="module")
def values() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(WAREHOUSE), read_only=True)


def public(metrics: dict[str, Metric]) -> list[Metric]:
    return [metric for metric in metrics.values() if not metric.is_private]


@pytest.mark.nightly  # on each push MetricFlow answers for every metric, in the build and below
def test_metricflow_finds_every_definition_in_the_warehouse(target: Path) -> None:
    # It opens the warehouse for writing, which no other process may be reading then.
    copy = shutil.copy(WAREHOUSE, target / "touchstone.duckdb")
    ended = subprocess.run(
        [Path(sys.executable).with_name("mf"), "validate-configs"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "DBT_PROFILES_DIR": str(PROJECT), "HOME": str(target),
             "DBT_TARGET_PATH": str(target), WAREHOUSE_VARIABLE: str(copy)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Successfully validated metrics against data warehouse (ERRORS: 0" in ended.stdout


def test_there_are_the_metrics_of_the_catalogue(metrics: dict[str, Metric]) -> None:
    assert len(public(metrics)) >= 45


@pytest.mark.parametrize("word", STATED)
def test_every_metric_says_of_itself(metrics: dict[str, Metric], word: str) -> None:
    silent = [metric.name for metric in metrics.values() if not metric.meta.get(word)]
    assert not silent, f"without {word} in config.meta: {', '.join(silent)}"


def test_every_metric_speaks_to_people(metrics: dict[str, Metric]) -> None:
    for metric in metrics.values():
        assert metric.label != metric.name, f"{metric.name} has no label"
        assert len(metric.description) > 15, f"{metric.name} has no description"
        assert metric.meta["additive"] in ADDITIVE_WORDS, metric.name
        assert metric.version >= 1, metric.name
    labels = [metric.label for metric in public(metrics)]
    assert len(set(labels)) == len(labels)


def test_what_cannot_be_added_up_says_so(metrics: dict[str, Metric]) -> None:
    for metric in metrics.values():
        words = metric.meta["additive"]
        if metric.is_stock:
            assert words == "everything but time", metric.name
        elif not metric.adds_up:
            assert words == "nothing", metric.name
        # what repeats the same money for every member is never a whole
        assert words.startswith("within one ") == (metric.only_by is not None), metric.name


def test_the_ways_to_cut_a_metric_exist(target: Path, metrics: dict[str, Metric]) -> None:
    engine = Engine(target)
    said = [m for m in metrics.values() if m.also_by or m.not_by or m.only_by]
    assert len(said) >= 10
    for metric in said:
        named = {*metric.also_by, *metric.not_by, *([metric.only_by] if metric.only_by else [])}
        assert named <= set(engine.cuts([metric.name])), metric.name
        assert not set(metric.also_by) & set(CUTS), f"{metric.name} is cut by them anyway"
        assert set(metric.not_by) <= set(CUTS), metric.name


def test_rates_are_ratios_of_sums(metrics: dict[str, Metric]) -> None:
    for metric in public(metrics):
        if metric.unit in ("share", "multiple"):
            assert metric.type == "ratio", f"{metric.name} is a {metric.unit} and no ratio"
        if metric.type != "ratio":
            continue
        for side in (metric.numerator, metric.denominator):
            assert side is not None
            is_sum = metrics[side].adds_up or metric.name in NOT_OF_SUMS
            assert is_sum, f"{side} of {metric.name} is no sum"
        # the sides are asked by name: a filter or an alias of the ratio would be lost
        for side in ("numerator", "denominator"):
            assert set(metric.definition[side]) == {"name"}, f"{side} of {metric.name}"
        assert "filter" not in metric.definition, metric.name


def test_an_attributed_metric_names_its_model(metrics: dict[str, Metric]) -> None:
    models = ("w-shaped", "full path", "first touch", "attribution_model")
    attributed = [
        metric
        for metric in public(metrics)
        if any("credit" in column for _, column in metric.columns) and metric.unit == "currency"
    ]
    assert len(attributed) >= 4
    for metric in attributed:
        if metric.name.startswith("unattributed") or metric.meta["owner"] == "Finance":
            continue
        told = f"{metric.label} {metric.description}".lower()
        assert any(model in told for model in models), metric.name


def test_every_metric_has_an_oracle(metrics: dict[str, Metric]) -> None:
    whole = {metric.name for metric in public(metrics) if not metric.only_by}
    assert whole == set(ORACLES)
    assert {metric.name for metric in public(metrics)} - whole == set(ORACLES_BY_MEMBER)


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_metric_is_what_plain_sql_says(name: str, values: duckdb.DuckDBPyConnection) -> None:
    told = values.execute(
        "select period_start_date, value from quality.metric_values "
        "where metric = $1 and grain = 'year' and dimension = $2 and value <> 0",
        [name, TOTAL],
    ).fetchall()
    expected = [(year, value) for year, value in values.execute(ORACLES[name]).fetchall() if value]
    if name not in NONE_IN_THE_SAMPLE:
        assert expected, "the sample has none: the comparison would be of nothing"
    # sums to the cent; ratios to the eight decimals that a division in floating point leaves
    assert {year: float(value) for year, value in told} == pytest.approx(
        {year: float(value) for year, value in expected}, abs=1e-8, rel=1e-15
    )


@pytest.mark.parametrize("name", sorted(ORACLES_BY_MEMBER))
def test_the_members_of_a_metric_that_is_no_whole_are_what_plain_sql_says(
    name: str, metrics: dict[str, Metric], values: duckdb.DuckDBPyConnection
) -> None:
    told = values.execute(
        "select period_start_date, member, dimension, value from quality.metric_values "
        "where metric = $1 and grain = 'year' and value <> 0",
        [name],
    ).fetchall()
    expected = {(year, member): value for year, member, value in values.execute(
        ORACLES_BY_MEMBER[name]
    ).fetchall() if value}  # fmt: skip
    assert expected
    assert {(year, member): value for year, member, _, value in told} == expected
    assert {dimension for _, _, dimension, _ in told} == {metrics[name].only_by}


def test_a_share_by_reason_is_of_all_and_adds_up_to_the_rate(
    values: duckdb.DuckDBPyConnection,
) -> None:
    [(reasons, periods, different)] = values.execute(
        "select count(distinct reason.member), count(distinct reason.period_start_date), "
        "count(*) filter (where reason.denominator <> whole.denominator) "
        "from quality.metric_values as reason inner join quality.metric_values as whole "
        "using (metric, grain, period_start_date) where metric = 'rejection_rate' "
        "and grain = 'quarter' and reason.dimension = 'rejection_reason' "
        "and whole.dimension = 'total'"
    ).fetchall()
    assert reasons > 5
    assert periods > 5
    assert different == 0
    off = values.execute(
        "select grain, period_start_date from quality.metric_values "
        "where metric = 'rejection_rate' and dimension in ('total', 'rejection_reason') "
        "group by all having sum(numerator) filter (dimension = 'total') "
        "<> coalesce(sum(numerator) filter (dimension <> 'total'), 0)"
    ).fetchall()
    assert not off


def test_a_ratio_is_cut_only_by_what_both_its_sides_have(
    values: duckdb.DuckDBPyConnection,
) -> None:
    cut = values.execute(
        "select metric, list(distinct dimension order by dimension) from quality.metric_values "
        "where metric in ('opportunity_to_won_rate_in_period', 'mql_to_sal_rate_in_period', "
        "'marketing_influenced_pipeline_amount') group by all order by 1"
    ).fetchall()
    by = dict(cut)
    assert "channel" in by["mql_to_sal_rate_in_period"]
    # that channel is the first touch's, which is not what influences
    assert "channel" not in by["marketing_influenced_pipeline_amount"]
    assert "segment" in by["marketing_influenced_pipeline_amount"]


def test_a_period_without_a_row_is_worth_nothing_and_not_unknown(
    values: duckdb.DuckDBPyConnection,
) -> None:
    holes = values.execute(
        "select metric, grain, count(distinct period_start_date), "
        "min(period_start_date), max(period_start_date) from quality.metric_values "
        "where metric in ('wins', 'open_opportunities', 'win_rate') and dimension = 'total' "
        "and grain = 'month' group by all"
    ).fetchall()
    assert len(holes) == 3
    for metric, _, months, first, last in holes:
        assert months == (last.year - first.year) * 12 + last.month - first.month + 1, metric


def test_members_add_up_to_the_whole(
    metrics: dict[str, Metric], values: duckdb.DuckDBPyConnection
) -> None:
    sums = [
        metric.name
        for metric in public(metrics)
        if (metric.adds_up or metric.is_stock) and not metric.only_by
    ]
    different = values.execute(
        "with members as (select metric, grain, period_start_date, dimension, sum(value) as value "
        "from quality.metric_values where list_contains($1, metric) group by all) "
        "select m.metric, m.grain, m.period_start_date, m.dimension, m.value, w.value "
        "from members as m inner join members as w using (metric, grain, period_start_date) "
        "where w.dimension = $2 and m.value is distinct from w.value",
        [sums, TOTAL],
    ).fetchall()
    assert not different
    cut = values.execute(
        "select distinct dimension from quality.metric_values order by 1"
    ).fetchall()
    also = {name for metric in public(metrics) for name in metric.also_by}
    assert {name for (name,) in cut} == {TOTAL, *CUTS, *also}


def test_a_ratio_is_its_numerator_over_its_denominator(values: duckdb.DuckDBPyConnection) -> None:
    [(rows, wrong)] = values.execute(
        "select count(*), count(*) filter (value is distinct from "
        "round(cast(numerator as double) / nullif(cast(denominator as double), 0), 9)"
        "::decimal(28, 9)) from quality.metric_values where denominator is not null"
    ).fetchall()
    assert rows > 1000
    assert wrong == 0


def test_metricflow_itself_writes_the_same_sql_at_every_grain(
    target: Path, metrics: dict[str, Metric]
) -> None:
    engine = Engine(target)
    asked = [
        metric.name for metric in public(metrics) if not metric.adds_up and not metric.numerator
    ]
    assert len(asked) >= 8
    for name in asked:
        first = engine.sql([name], [f"metric_time__{CALENDAR[0]}", "account__segment"])
        for grain in CALENDAR:
            own = engine.sql([name], [f"metric_time__{grain}", "account__segment"])
            assert at_grain(first, grain) == own, (name, grain)


def test_days_added_up_are_what_metricflow_says_of_a_quarter(
    target: Path, metrics: dict[str, Metric], values: duckdb.DuckDBPyConnection
) -> None:
    engine = Engine(target)
    for name in (
        "mqls",
        "bookings_amount",
        "attributed_revenue_amount",
        "touches",
        "open_pipeline_amount",
        "stalled_opportunities",
    ):
        group_by = engine.cuts([name])["channel"]
        sql = engine.sql([name], ["metric_time__fiscal_quarter", group_by])
        own = values.execute(
            f'select "metric_time__fiscal_quarter"::date as period, '
            f'coalesce("{group_by}", \'{NOBODY}\') as member, "{name}" as value '
            f"from ({sql}) where period is not null and value <> 0"
        ).fetchall()
        kept = values.execute(
            "select period_start_date, member, value from quality.metric_values "
            "where metric = $1 and grain = 'fiscal_quarter' and dimension = 'channel'",
            [name],
        ).fetchall()
        assert kept
        assert sorted(own) == sorted(kept), name


def test_the_same_warehouse_gives_the_same_bytes(target: Path, tmp_path: Path) -> None:
    copies = []
    for place in range(2):
        copy = tmp_path / f"{place}.duckdb"
        with duckdb.connect(str(copy)) as connection:
            connection.execute(f"attach '{WAREHOUSE}' as source (read_only)")
            for schema in ("core", "funnel", "quality"):
                connection.execute(f"create schema {schema}")
            for table in ("core.days", "core.accounts", "core.campaigns", "funnel.lead_cycles"):
                connection.execute(f"create table {table} as from source.{table}")
        copies.append(copy)
    written = []
    manifest = (target / "semantic_manifest.json").read_text(encoding="utf-8")
    (tmp_path / "semantic_manifest.json").write_text(
        manifest.replace('\\"touchstone\\".', ""), encoding="utf-8"
    )
    for copy in copies:
        rows = write_values(PROJECT, copy, target=tmp_path, metrics=["mqls", "mql_to_sal_rate"])
        assert rows > 500
        with duckdb.connect(str(copy), read_only=True) as connection:
            written.append(connection.execute("from quality.metric_values").fetchall())
    assert written[0] == written[1]


def test_an_answer_is_kept_for_what_it_depends_on(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wording, another warehouse and other metrics ask nothing again; the metric's parts do."""
    manifest = json.loads((target / MANIFEST_FILE).read_text(encoding="utf-8"))
    by_name = {metric["name"]: metric for metric in manifest["metrics"]}

    def asked() -> tuple[str, list[str]]:
        text = json.dumps(manifest).replace('\\"touchstone\\".', '\\"of_2026\\".')
        (tmp_path / MANIFEST_FILE).write_text(text, encoding="utf-8")
        engine, questions = Engine(tmp_path), list[str]()
        own = engine._write_sql

        def spied(metrics: list[str], group_by: list[str]) -> str:
            questions.extend(metrics)
            return own(metrics, group_by)

        monkeypatch.setattr(engine, "_write_sql", spied)
        sql = engine.sql(["win_rate"], ["metric_time__month"])
        engine.keep()
        return sql, questions

    first = Engine(target, answers=tmp_path)
    sql = first.sql(["win_rate"], ["metric_time__month"])
    first.keep()
    assert '"touchstone"."core"."opportunities"' in sql
    by_name["wins"]["description"] = by_name["win_rate"]["label"] = "said otherwise"
    by_name["mqls"]["type_params"]["expr"] = "2"
    assert asked() == (sql.replace('"touchstone".', '"of_2026".'), [])
    by_name["wins"]["type_params"]["expr"] = "case when is_won then 2 end"
    changed, questions = asked()
    assert questions == ["win_rate"]
    assert "THEN 2" in changed.upper()


def test_a_metric_that_is_not_there_is_a_mistake_of_the_user(target: Path) -> None:
    with pytest.raises(UserError, match=r"no metric 'mql'.*--list"):
        write_values(PROJECT, WAREHOUSE, target=target, metrics=["mql"])


def test_metrics_need_a_parsed_project(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="dbt parse"):
        catalogue(tmp_path)


def test_what_a_metric_reads_is_known_without_a_warehouse(metrics: dict[str, Metric]) -> None:
    assert metrics["win_rate"].inputs == ("wins", "closed_opportunities")
    assert ("core.opportunities", "is_lost") in metrics["win_rate"].columns
    assert metrics["win_rate"].tables == ("core.opportunities",)
    assert read_catalogue({"semantic_models": [], "metrics": []}) == {}


def test_it_is_known_how_long_a_period_may_still_move(metrics: dict[str, Metric]) -> None:
    for name, days in {
        "bookings_amount": 0,
        "mql_to_sal_rate": 30,
        "lead_to_win_rate": 365,
        "mql_to_sal_rate_in_period": 0,
        "rejection_rate": None,
        "campaign_roi": None,
    }.items():
        assert days_to_settle(name, metrics) == days, name
    # a window that a label or a description tells is the one that is stated
    for metric in public(metrics):
        window = re.search(r"within (\d+) days", metric.label)
        if window:
            assert days_to_settle(metric.name, metrics) == int(window[1]), metric.name


def test_every_number_is_tied_to_the_versions_it_was_made_with(
    values: duckdb.DuckDBPyConnection,
) -> None:
    untied = values.execute(
        "select distinct metric, version_number from quality.metric_values "
        "where (metric, version_number) not in (select definition_id[8:], version_number "
        "from quality.definitions_used where used_by = definition_id)"
    ).fetchall()
    assert not untied
    tables = values.execute(
        "select distinct table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('attribution', 'campaigns', 'core', 'funnel') except "
        "select used_by from quality.definitions_used where used_by_kind = 'table'"
    ).fetchall()
    assert not tables


@pytest.mark.parametrize(
    ("used_by", "decides", "names_members", "has_no_part"),
    [
        (
            "metric.bookings_amount",
            {"metric.bookings_amount", "opportunity_types.renewal", "currencies"},
            {"account_segments.SMB", "regions.germany"},
            {"attribution_models.w_shaped", "lead_statuses.mql", "service_levels.mql_worked"},
        ),
        (
            "metric.win_rate",
            {"metric.wins", "metric.closed_opportunities", "opportunity_stages.closed won"},
            set(),
            {"metric.bookings_amount"},
        ),
        (
            "metric.attributed_pipeline_amount",
            {"attribution_models.w_shaped", "agreed_settings.attribution_lookback_days"},
            {"icp_tiers.A"},
            {"lead_statuses.mql"},
        ),
        (
            "metric.mqls",
            {"lead_statuses.mql", "service_levels.mql_worked"},
            set(),
            {"attribution_models.w_shaped"},
        ),
        (
            "funnel.rejections_by_month",
            {"rejection_reasons.no timing"},
            set(),
            {"icp_tiers.A"},
        ),
    ],
)
def test_the_definitions_of_a_number_are_listed(
    values: duckdb.DuckDBPyConnection,
    used_by: str,
    decides: set[str],
    names_members: set[str],
    has_no_part: set[str],
) -> None:
    found = dict(
        values.execute(
            "select definition_id, is_for_members from quality.definitions_used where used_by = $1",
            [used_by],
        ).fetchall()
    )
    assert {name: found.get(name) for name in decides} == dict.fromkeys(decides, False)
    assert {name: found.get(name) for name in names_members} == dict.fromkeys(names_members, True)
    assert not has_no_part & found.keys()
    assert not any(name.startswith("guards") for name in found)


def test_periods_are_those_of_the_days(values: duckdb.DuckDBPyConnection) -> None:
    grains = values.execute("select distinct grain from quality.metric_values").fetchall()
    assert {name for (name,) in grains} == set(GRAINS)


def test_the_catalogue_in_the_docs_is_the_catalogue(target: Path) -> None:
    page = (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert listed(target, "markdown") in page, (
        "docs/metrics.md is old; replace its table: touchstone metrics --list --format markdown"
    )
