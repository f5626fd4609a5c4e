"""What becomes of faults of the web, answers, campaigns, rates and spend in the numbers.

Each test takes the rows that were planted in a company with all faults, with the values they had
before, and looks at the models.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from planted_companies import Company
from touchstone.project import connect

Planted = dict[tuple[str, str], dict[str, str]]  # fault, table -> row key -> value before
QUARANTINE = (
    "select row_key, row_problem from intermediate.int_source_rows_set_aside "
    "where row_outcome = 'quarantined'"
)
ARRIVAL = timedelta(seconds=5)  # from an event to its server, at most


@pytest.fixture(scope="module")
def planted(dirty: Company) -> Planted:
    """The planted rows that the delivery still shows."""
    rows: Planted = defaultdict(dict)
    with (dirty.truth / "truth_fault.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["is_visible"] == "true":
                rows[row["fault_id"], row["table_name"]][row["row_id"]] = row["original_value"]
    return rows


@pytest.fixture(scope="module")
def warehouse(dirty: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(dirty.warehouse, read_only=True) as connection:
        yield connection


def asked(
    warehouse: duckdb.DuckDBPyConnection, sql: str, keys: Any = None
) -> list[tuple[Any, ...]]:
    """Return the rows of a query; `keys` are its only parameter."""
    return warehouse.execute(sql, None if keys is None else [list(keys)]).fetchall()


def test_an_amount_in_no_known_currency_earns_nothing_under_xxx(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    deals = asked(
        warehouse,
        "select deals.currency_code, prepared.original_currency_code, prepared.amount_minor, "
        "prepared.exclusion_reason from staging.stg_crm__opportunities as deals "
        "join intermediate.int_opportunities_prepared as prepared using (opportunity_id) "
        "where opportunity_id in (select unnest(?))",
        planted["F14", "opportunities"],
    )
    assert {row[0] for row in deals} >= {None, "CHF", "DOL", "EUR"}
    for given, shown, minor, reason in deals:
        assert shown == (given if given in ("CHF", "EUR") else "XXX")
        if given == "EUR":  # it was written in small letters
            assert minor is not None or reason == "amount missing"
        else:
            assert minor is None
            assert reason is not None
    invoices = asked(
        warehouse,
        "select cost_status, cost_reason from intermediate.int_costs_ranked "
        "where cost_id in (select 'invoice:' || unnest(?)) order by cost_reason",
        planted["F14", "campaign_costs"],
    )
    assert invoices == [("parked", "currency missing"), ("parked", "currency unknown")]


def test_every_currency_has_one_rate_on_every_day(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert len(planted["F15", "conversion_rates"]) == 2
    [(currencies, broken)] = asked(
        warehouse,
        "select count(distinct currency_code), count_if(next_from <> valid_until_date) from ("
        "select *, lead(valid_from_date) over (partition by currency_code order by valid_from_date)"
        " as next_from from intermediate.int_conversion_rates_dated)",
    )
    assert currencies == 4
    assert broken == 0


def test_campaign_tags_have_one_spelling_and_one_channel(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = asked(
        warehouse,
        "select utm_source, utm_medium, utm_campaign, click_id_type, tag_problem "
        "from staging.stg_web__page_views where page_view_id in (select unnest(?))",
        planted["F20", "page_views"],
    )
    assert {row[4] for row in rows} >= {"spelling", "placeholder", "given twice", "click id only"}
    for *tags, click, problem in rows:
        for tag in tags:
            assert tag is None or (tag == tag.lower().strip() and not set(tag) & set("{}%+")), tag
        if problem == "click id only":
            assert click
            assert not any(tags)
    channels = asked(
        warehouse,
        "select distinct utm_source, channel, sub_channel from core.touches "
        "where touch_id in (select 'web:' || unnest(?)) and utm_source like 'linked%' "
        "and utm_medium in ('cpc', 'paid_social', 'paid-social')",
        planted["F20", "page_views"],
    )
    assert channels == [("linkedin", "Paid Social", "LinkedIn")]


def test_a_visit_from_our_own_pages_is_no_touch(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = planted["F21", "page_views"]
    touches = asked(
        warehouse,
        "select touch_kind, utm_source, campaign_id from core.touches "
        "where touch_id in (select 'web:' || unnest(?))",
        rows,
    )
    # only a form that was filled in remains, and not as a campaign's
    assert {row[0] for row in touches} <= {"form"}
    assert {row[1:] for row in touches} <= {("(direct)", None)}
    reasons = asked(
        warehouse,
        "select distinct exclusion_reason from intermediate.int_touches_excluded "
        "where touch_id in (select 'web:' || unnest(?)) order by all",
        rows,
    )
    assert ("from a page of our own",) in reasons
    assert ("tagged link between our own pages",) in reasons
    assert any(reason.startswith(("from a payment", "from a sign-in")) for (reason,) in reasons)


def test_what_a_machine_opened_is_no_touch_and_is_counted(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = planted["F22", "page_views"]
    assert len(rows) >= 10
    counted = asked(
        warehouse,
        "select sum(page_view_count) from intermediate.int_touches_excluded "
        "where exclusion_reason = 'opened by a machine'",
    )
    assert counted == [(len(rows),)]
    assert not asked(
        warehouse,
        "select touch_id from core.touches where touch_id in (select 'web:' || unnest(?))",
        rows,
    )


def test_a_cost_is_parked_without_dates_and_counts_below_its_umbrella(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    costs = asked(
        warehouse,
        "select distinct cost_status, cost_reason from intermediate.int_costs_ranked "
        "where campaign_id in (select unnest(?)) and cost_source in ('crm_actual', 'budget')",
        planted["F28", "campaigns"],
    )
    assert ("superseded", "parent of costed children") in costs
    assert ("parked", "no start or end date") in costs or (
        "parked",
        "ends before it starts",
    ) in costs
    assert not [row for row in costs if row[0] == "used"]


@pytest.mark.parametrize(
    ("system", "table", "landed", "key", "cost"),
    [
        (
            "google_ads",
            "campaign_days",
            "campaign_stats",
            "_fivetran_id, id, date, ad_network_type, device",
            "try_cast(cost_micros as bigint) / 1e6",
        ),
        (
            "linkedin_ads",
            "campaign_days",
            "ad_analytics_by_campaign",
            "campaign_id, day",
            "try_cast(cost_in_local_currency as decimal(18, 4))",
        ),
        (
            "facebook_ads",
            "ad_days",
            "basic_ad",
            "ad_id, date",
            "try_cast(spend as decimal(18, 4))",
        ),
    ],
)
def test_a_day_of_spend_counts_once_as_delivered_last(
    system: str,
    table: str,
    landed: str,
    key: str,
    cost: str,
    planted: Planted,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert len(planted["F29", table]) >= 4
    [(rows, kept, newest)] = asked(
        warehouse,
        "select count(*), count_if(version = 1), sum(cost) filter (version = 1) from ("
        f"select {cost} as cost, "
        f"row_number() over (partition by {key} order by _fivetran_synced desc) as version "
        f"from raw_{system}.{landed} where {cost} is not null)",
    )
    assert rows > kept
    [(spent,)] = asked(
        warehouse,
        "select sum(original_amount) from intermediate.int_ad_spend_unioned "
        f"where ad_platform = '{system}'",
    )
    assert float(spent) == pytest.approx(float(newest), rel=1e-9)


def test_spend_of_accounts_abroad_is_converted_and_keeps_its_day(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accounts = [key for table in planted if table[0] == "F30" for key in planted[table]]
    assert len(accounts) == 5
    [(days, converted, moved)] = asked(
        warehouse,
        "select count(*), count_if(costs.cost_minor <> round(costs.original_amount * 100)), "
        "count_if(spend.spend_date is null) from intermediate.int_costs_gathered as costs "
        "left join intermediate.int_ad_spend_unioned as spend "
        "on costs.cost_id like spend.ad_platform || ':' || spend.ad_campaign_id || ':%' "
        "and costs.spend_date = spend.spend_date "
        "where costs.cost_source = 'ad_platform' and costs.currency_code in ('EUR', 'GBP')",
    )
    assert days > 50
    assert converted > days * 0.9  # a rate of exactly one is rare
    assert moved == 0


@pytest.mark.parametrize(
    ("fault", "table", "model", "key", "moment"),
    [
        ("F31", "page_views", "stg_web__page_views", "page_view_id", "viewed_at"),
        ("F31", "identifies", "stg_web__identifies", "identify_id", "identified_at"),
        ("F32", "page_views", "stg_web__page_views", "page_view_id", "viewed_at"),
        ("F32", "identifies", "stg_web__identifies", "identify_id", "identified_at"),
    ],
)
def test_an_event_keeps_its_moment_whatever_its_clock_and_zone(
    fault: str,
    table: str,
    model: str,
    key: str,
    moment: str,
    planted: Planted,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = planted[fault, table]
    found = asked(
        warehouse,
        f"select {key}, {moment} from staging.{model} where {key} in (select unnest(?))",
        rows,
    )
    assert len(found) >= 3
    for name, seen in found:
        before = datetime.fromisoformat(rows[name])
        assert before <= seen <= before + (ARRIVAL if fault == "F32" else timedelta(0))
    # what is more than a day ahead is in quarantine, with its reason
    refused = asked(
        warehouse,
        f"{QUARANTINE} and row_key in (select unnest(?))",
        set(rows) - {name for name, _ in found},
    )
    assert len(refused) == len(rows) - len(found)
    assert {row[1] for row in refused} <= {"timestamp: more than 24 hours after received_at"}


@pytest.mark.parametrize(
    ("table", "key"), [("page_views", "page_view_id"), ("identifies", "identify_id")]
)
def test_an_event_delivered_again_counts_once(
    table: str, key: str, planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = planted["F33", table]
    assert len(rows) >= 5
    counted = asked(
        warehouse,
        f"select count(*), count(distinct {key}) from staging.stg_web__{table} "
        f"where {key} in (select unnest(?))",
        rows,
    )
    assert counted == [(len(rows), len(rows))]


def test_a_list_uploaded_late_is_dated_by_its_event(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = planted["F34", "campaign_members"]
    found = asked(
        warehouse,
        "select members.campaign_member_id, members.responded_date, responses.touch_date, "
        "responses.is_dated_by_event, campaigns.start_date, campaigns.end_date "
        "from staging.stg_crm__campaign_members as members "
        "join intermediate.int_responses_linked_to_people as responses using (campaign_member_id) "
        "join staging.stg_crm__campaigns as campaigns "
        "on members.campaign_id = campaigns.campaign_id "
        "where members.campaign_member_id in (select unnest(?))",
        rows,
    )
    uploaded = [row for row in found if row[1] is not None]
    assert len(uploaded) >= 6
    for name, responded, dated, by_event, start, end in uploaded:
        assert responded > end
        assert (dated, by_event) == (start, True)
        assert start <= datetime.fromisoformat(rows[name]).date() <= end
    assert len(found) > len(uploaded)  # and those without a day
    for _, responded, dated, by_event, start, _ in found:
        assert responded is not None or (by_event and dated == start)


def test_who_came_has_answered_whatever_the_flag(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = asked(
        warehouse,
        "select members.member_status, members.has_responded, responses.response_id is not null "
        "from staging.stg_crm__campaign_members as members "
        "left join intermediate.int_responses_linked_to_people as responses "
        "using (campaign_member_id) where members.campaign_member_id in (select unnest(?))",
        planted["F35", "campaign_members"],
    )
    assert {row[1] for row in found} == {True, False}
    for status, flagged, is_response in found:
        assert is_response is not flagged, status


def test_an_answer_that_was_written_over_counts_on_its_own_day(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = planted["F36", "campaign_members"]
    found = asked(
        warehouse,
        "select campaign_member_id, count(*), count(distinct touch_date), min(touch_date) "
        "from intermediate.int_responses_linked_to_people "
        "where campaign_member_id in (select unnest(?)) group by all",
        rows,
    )
    assert len(found) == len(rows) >= 3
    assert {row[1:3] for row in found} == {(2, 2)}


def test_visits_on_a_device_of_many_are_nobodys(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    [(sessions, known)] = asked(
        warehouse,
        "select count(*), count(person_id) from intermediate.int_touches_from_sessions "
        "where anonymous_id in (select anonymous_id from staging.stg_web__identifies "
        "where identify_id in (select unnest(?)))",
        planted["F37", "identifies"],
    )
    assert sessions > 5
    assert known == 0


def test_what_cannot_be_read_waits_in_quarantine(
    planted: Planted, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = {key for fault, table in planted if fault == "F48" for key in planted[fault, table]}
    refused = asked(
        warehouse,
        f"{QUARANTINE} and row_key in (select unnest(?))",
        rows,
    )
    assert {row[0] for row in refused} == rows
    assert {row[1] for row in refused} >= {
        "created_date: not a timestamp",
        "invoice_date: not a date",
        "amount: not a decimal(18, 4)",
    }
