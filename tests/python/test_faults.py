"""Faults: each planted one is found, and in clean companies none is."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from planted_companies import Builder, Company
from touchstone.cli import main
from touchstone.faults import Score
from touchstone.project import WAREHOUSE_VARIABLE, connect, project_directory
from touchstone.sample.parameters import EVERY_FAULT

PROJECT = project_directory()
FAULTS = sorted(EVERY_FAULT)
CLEAN = [{}, {"accounts": 60, "months": 30, "seed": 19}]


@pytest.fixture(
    scope="module",
    params=[CLEAN[0], pytest.param(CLEAN[1], marks=pytest.mark.nightly)],
    ids=["as the dirty one", "smaller and longer"],
)
def clean(request: pytest.FixtureRequest, builder: Builder, dirty: Company) -> Company:
    return builder.build("none", **request.param)


@pytest.fixture
def warehouse(dirty: Company, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, str(dirty.warehouse))
    return dirty.warehouse


@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_row_is_found(dirty: Company, fault: str) -> None:
    score = dirty.scores[fault]
    assert score.planted, f"the company has no row with {fault}"
    if dirty.faults[fault].evidence == "statistical":
        assert len(score.hits) * 2 >= len(score.planted)
    else:
        assert sorted(score.missed) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_no_other_row_is_flagged(dirty: Company, fault: str) -> None:
    assert sorted(dirty.scores[fault].wrong) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_clean_companies_raise_no_alarm(clean: Company, fault: str) -> None:
    assert sorted(clean.scores[fault].detected) == []


def test_clean_companies_have_no_planted_row_and_have_rows(clean: Company) -> None:
    assert not any(score.planted or score.unseen for score in clean.scores.values())
    with connect(clean.warehouse, read_only=True) as connection:
        [(tables, deals)] = connection.execute(
            "select count(*) filter (where received_count > 0), "
            "max(received_count) filter (where source_table = 'opportunities') "
            "from quality.source_rows"
        ).fetchall()
    assert tables == 29
    assert deals > 5


def test_the_ledger_of_rows_balances_and_names_the_reasons(dirty: Company) -> None:
    with connect(dirty.warehouse, read_only=True) as connection:
        unbalanced = connection.execute(
            "select source_system, source_table, received_count, sum(row_count) as row_count "
            "from quality.source_rows join quality.source_row_outcomes "
            "using (source_system, source_table) group by all having received_count <> row_count"
        ).fetchall()
        reasons = dict(
            connection.execute(
                "select outcome_reason, sum(row_count) from quality.source_row_outcomes "
                "where outcome_reason is not null group by 1"
            ).fetchall()
        )
    assert unbalanced == []
    assert reasons["our own people"] == len(dirty.scores["F23"].planted)
    assert reasons["amount: not a decimal(18, 4)"] >= 1
    assert reasons["test deal"] >= 1


def test_some_faults_only_are_planted(builder: Builder, dirty: Company) -> None:
    company = builder.build("F19,F39", seed=5)
    found = {fault for fault, score in company.scores.items() if score.detected}
    assert found == {"F19", "F39"}
    assert all(company.scores[fault].missed == frozenset() for fault in found)


def test_the_manual_lists_the_faults_as_they_are_agreed() -> None:
    with (PROJECT / "seeds" / "definitions" / "fault_treatments.csv").open(newline="") as file:
        agreed = list(csv.DictReader(file))
    assert [row["fault_id"] for row in agreed] == FAULTS
    columns = ("fault_id", "label", "treatment", "evidence", "found_by", "treated_in")
    lines = [f"| {' | '.join(row[column] for column in columns)} |" for row in agreed]
    manual = (PROJECT / "docs" / "data_faults.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in manual if line.startswith("| F")] == lines


def test_each_fault_is_treated_in_models_that_exist() -> None:
    names = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    names |= {name for path in (PROJECT / "macros").rglob("*.sql") for name in macros_in(path)}
    with (PROJECT / "seeds" / "definitions" / "fault_treatments.csv").open(newline="") as file:
        treated = {name for row in csv.DictReader(file) for name in row["treated_in"].split(", ")}
    assert sorted(treated - names) == []


def macros_in(path: Path) -> list[str]:
    return re.findall(r"\{% macro (\w+)\(", path.read_text(encoding="utf-8"))


def test_a_score_tells_missed_from_wrong_and_unseen() -> None:
    rows = [("crm", "leads", name) for name in ("found", "missed", "hidden", "wrong")]
    found, missed, hidden, wrong = rows
    score = Score(
        planted=frozenset([found, missed]),
        unseen=frozenset([hidden]),
        detected=frozenset([found, hidden, wrong]),
    )
    assert (score.hits, score.missed, score.wrong) == (
        frozenset([found]),
        frozenset([missed]),
        frozenset([wrong]),
    )


def test_the_command_tells_what_was_found(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faults"]) == 0
    said = capsys.readouterr().out
    assert "Leads entered twice (structural)" in said
    assert "are one person" in said
    assert "touchstone faults" in said.splitlines()[-1]
    assert main(["faults", "--format", "markdown"]) == 0
    assert "| F01 Leads entered twice |" in capsys.readouterr().out


def test_the_command_scores_against_the_truth(
    warehouse: Path, dirty: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faults", "--truth", str(dirty.truth), "--format", "json"]) == 0
    rows = {row["fault_id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["F01"]["planted"] == rows["F01"]["detected"] == len(dirty.scores["F01"].planted)
    # a planted row of a structural fault that nobody finds fails the command
    truth = (dirty.truth / "truth_fault.csv").read_text(encoding="utf-8")
    (tmp_path / "truth_fault.csv").write_text(truth + "crm,leads,nobody,email,F01,,true\n")
    assert main(["faults", "--truth", str(tmp_path)]) == 1
    assert main(["faults", "--truth", str(tmp_path), "--fault", "f01"]) == 0
    assert "crm.leads nobody    missed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["faults", "--fault", "F99"], "no fault has this id"),
        (["faults", "--truth", "nowhere"], "holds no truth_fault.csv"),
        (["sample", "--output", "x", "--faults", "F01,F99"], "--faults F99: no fault has this id"),
        (["sample", "--output", "x", "--faults", ""], "write all, usual, none, or ids"),
    ],
)
def test_a_mistake_gets_one_clear_line(
    warehouse: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message


# What becomes of the rows of a fault (spec 5.6): each query gives rows seen and rows that are not
# treated so. {rows} are the keys of the rows in which the fault was found.
TREATMENTS = {
    "F01 is the person of the older lead": (
        "select count(*), count(*) filter (where person_id = record_id) "
        "from intermediate.int_people_linked_from_records "
        "where record_type = 'lead' and record_id in {rows}"
    ),
    "F02 is the person of the contact": (
        "select count(*), count(*) filter (where person_id not in (select person_id "
        "from intermediate.int_people_linked_from_records where record_type = 'contact')) "
        "from intermediate.int_people_linked_from_records "
        "where record_type = 'lead' and record_id in {rows}"
    ),
    "F03 is the account it was merged into": (
        "select count(*), count(*) filter (where account_id = surviving_account_id) "
        "from intermediate.int_accounts_merged where account_id in {rows} and not is_in_cycle"
    ),
    "F03 is the person it was merged into": (
        "select count(*), count(*) filter (where losers.person_id <> winners.person_id) "
        "from intermediate.int_people_records_merged as merged "
        "join intermediate.int_people_linked_from_records as losers using (record_key) "
        "join intermediate.int_people_linked_from_records as winners "
        "on merged.surviving_record_key = winners.record_key where losers.record_id in {rows}"
    ),
    "F04 is in no report": (
        "select count(*), count(lead_id) + count(opportunity_id) from quality.detected_faults "
        "left join staging.stg_crm__leads on row_key = lead_id "
        "left join staging.stg_crm__opportunities on row_key = opportunity_id "
        "where fault_id = 'F04'"
    ),
    "F05 stays without what it pointed to": (
        "select count(*), count(*) filter (where lead_change_id is null) "
        "from quality.detected_faults left join staging.stg_crm__lead_changes "
        "on row_key = lead_change_id where fault_id = 'F05' and source_table = 'lead_changes'"
    ),
    "F06 keeps the source first seen": (
        "select count(*), count(*) filter (where old_value <> original_lead_source) from ("
        "select lead_id, min_by(old_value, changed_at) as old_value "
        "from staging.stg_crm__lead_changes where lead_change_id in {rows} group by lead_id) "
        "join intermediate.int_people_original_sources on record_id = lead_id"
    ),
    "F08 is flagged": (
        "select count(*), count(*) filter (where not (is_created_at_close or "
        "is_closed_before_created)) from core.opportunities where opportunity_id in {rows}"
    ),
    "F09 stays": (
        "select count(*), count(*) - count(core.opportunities.opportunity_id) "
        "from (select unnest({list}) as row_key) left join core.opportunities "
        "on row_key = opportunity_id"
    ),
    "F10 stays": (
        "select count(*), count(*) - count(contact_role_id) from (select unnest({list}) as row_key)"
        " left join staging.stg_crm__opportunity_contact_roles on row_key = contact_role_id"
    ),
    "F12 is flagged, and a closed deal is dated by its history": (
        "select count(*), count(*) filter (where case when is_open then not is_close_date_overdue "
        "else closed_date >= expected_close_date end) "
        "from core.opportunities where opportunity_id in {rows}"
    ),
    "F13 is kept as the CRM has it, without credit where it is missing": (
        "select count(*), count(*) filter (where case when amount is null "
        "then deal_amount is not null and amount_basis <> 'line_items' "
        "else core.opportunities.amount_problem = 'amount missing' end) "
        "from core.opportunities join staging.stg_crm__opportunities using (opportunity_id) "
        "where opportunity_id in {rows}"
    ),
    "F17 closes when it closed last": (
        "select count(*), count(*) filter (where reopen_count = 0 "
        "or closed_at <= first_closed_at) from core.opportunities "
        "where opportunity_id in {rows} and not is_open"
    ),
    "F18 keeps the name of its stage": (
        "select count(*), count(*) filter (where opportunity_stage <> '2-solution fit') "
        "from core.opportunities where opportunity_id in {rows}"
    ),
    "F19 means what it means in any spelling": (
        "select count(*), count(*) filter (where not is_status_known) "
        "from intermediate.int_lead_statuses_dated where status_event_id in {rows}"
    ),
    "F23 has no touch and no cycle and is none of the people": (
        "select count(*), count(people.person_id) + count(cycles.person_id) "
        "+ count(touches.person_id) from intermediate.int_people_linked_from_records as linked "
        "left join core.people as people using (person_id) "
        "left join funnel.lead_cycles as cycles on linked.person_id = cycles.person_id "
        "left join core.touches as touches on linked.person_id = touches.person_id "
        "where record_id in {rows}"
    ),
    "F24 has no account by its domain": (
        "select count(*), count(*) filter (where match_evidence like 'website freemail%' "
        "or match_evidence like '%write from freemail%') "
        "from intermediate.int_people_linked_from_records join core.people using (person_id) "
        "where record_id in {rows}"
    ),
    "F25 has one account per domain": (
        "select count(*), count(*) - count(distinct email_domain) "
        "from intermediate.int_domains_matched_to_accounts where email_domain in "
        "(select account_domain from staging.stg_crm__accounts where account_id in {rows})"
    ),
    "F26 has the normal name of the account": (
        "select count(*), count(*) filter (where normalised_name not in "
        "(select normalised_name from intermediate.int_accounts_named_for_matching)) "
        "from intermediate.int_people_records_gathered where record_id in {rows}"
    ),
    "F27 is its own top": (
        "select count(*), count(*) filter (where ultimate_parent_account_id <> account_id) "
        "from intermediate.int_accounts_rolled_up where account_id in {rows}"
    ),
    "F38 is nobody by that address": (
        "select count(*), count(email_hash) from staging.stg_web__identifies "
        "where identify_id in {rows}"
    ),
    "F39 is mapped, and the MQL clock runs": (
        "select count(*), count(*) filter (where case owner_status "
        "when 'has left' then responsible_owner_id is null or responsible_owner_id = owner_id "
        "else responsible_owner_id is not null end) + (select count(*) from funnel.lead_cycles "
        "where mql_at is not null and not is_mql_inferred and not is_out_of_order "
        "and worked_due_date is null and person_id in (select person_id "
        "from intermediate.int_people_linked_from_records where record_id in {rows})) "
        "from intermediate.int_owners_mapped where owner_status <> 'active'"
    ),
    "F40 is no work of a human": (
        "select count(*), count(*) filter (where is_human_activity) "
        "from core.touches where split_part(touch_id, ':', 3) in {rows}"
    ),
    "F41 is not new business": (
        "select count(*), count(*) filter (where is_new_business) "
        "from core.opportunities where opportunity_id in {rows}"
    ),
    "F42 is excluded, or only a suspect": (
        "select count(*), count(*) filter (where opportunity_name like 'TEST%' "
        "and (exclusion_reason is null or is_new_business)) "
        "from core.opportunities where opportunity_id in {rows}"
    ),
    "F43 has no day for what was before": (
        "select count(*), count(*) filter (where not is_day_unknown) "
        "from intermediate.int_lead_statuses_dated where is_creation and lead_id in {rows}"
    ),
    "F45 has one spelling": (
        "select count(*), count(*) filter (where length(campaign_id) <> 18 "
        "or length(coalesce(lead_id, contact_id)) <> 18) "
        "from staging.stg_crm__campaign_members where campaign_member_id in {rows}"
    ),
    "F49 is what its stage says": (
        "select count(*), "
        "count(*) filter (where is_won or not is_lost or outcome_basis <> 'stage') "
        "from core.opportunities where opportunity_id in {rows}"
    ),
    "F50 has no day of its lead before its close": (
        "select count(*), count(*) filter (where closed_date >= original_seen_date) from "
        "core.opportunities join (select opportunity_id, cast(coalesce(original_source_seen_at, "
        "people.created_at) as date) as original_seen_date "
        "from intermediate.int_opportunities_linked_to_people as linked "
        "join intermediate.int_people_unified as people using (person_id) where is_primary) "
        "using (opportunity_id) where opportunity_id in {rows}"
    ),
    "F46 is a person without a name": (
        "select count(*), count(*) filter (where not coalesce(is_erased, false)) "
        "from core.touches left join core.people using (person_id) "
        "where split_part(touch_id, ':', 3) in {rows}"
    ),
}


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_what_is_found_is_treated_as_agreed(dirty: Company, treatment: str) -> None:
    found = sorted(key for _, _, key in dirty.scores[treatment[:3]].detected)
    keys = ", ".join(f"'{key}'" for key in found)
    query = TREATMENTS[treatment].format(rows=f"({keys})", list=f"[{keys}]")
    with connect(dirty.warehouse, read_only=True) as connection:
        [(seen, untreated)] = connection.execute(query).fetchall()
    assert seen > 0
    assert untreated == 0


def test_no_number_is_made_of_when_a_row_was_last_changed() -> None:
    """F44: a mass update moves nothing, as nothing reads its time but the search for it."""
    readers = {
        path.stem
        for path in (PROJECT / "models").rglob("*.sql")
        if "touched_at" in path.read_text(encoding="utf-8")
    }
    assert readers == {
        "stg_crm__leads",
        "stg_crm__opportunities",
        "int_faults_found_in_changes",
    }


def test_a_calendar_of_finance_counts_where_it_is_listed(
    builder: Builder, dirty: Company, tmp_path: Path
) -> None:
    """F47: quarters of thirteen weeks, of which two are listed."""
    warehouse = tmp_path / dirty.warehouse.name
    shutil.copy(dirty.warehouse, warehouse)
    with connect(warehouse) as connection:
        connection.execute(
            "insert into definitions.fiscal_quarters values "
            "('2023-01-30', '2023-01-30', 1, 'CFO', '2023-01-01'), "
            "('2023-05-01', '2023-01-30', 1, 'CFO', '2023-01-01')"
        )
        quarters = dict(
            connection.execute(
                "select date_day::varchar, fiscal_quarter_start_date::varchar || ' of the year ' "
                f"|| fiscal_year_start_date::varchar from ({builder.compiled['days']})"
            ).fetchall()
        )
    assert quarters["2023-01-29"] == "2023-01-01 of the year 2023-01-01"
    assert quarters["2023-04-30"] == "2023-01-30 of the year 2023-01-30"
    assert quarters["2023-05-01"] == "2023-05-01 of the year 2023-01-30"
    assert quarters["2023-07-30"] == "2023-05-01 of the year 2023-01-30"
    assert quarters["2023-07-31"] == "2023-07-01 of the year 2023-01-01"


# What a day does to a company that makes no number of yesterday another one: a contact changes the
# company, somebody is erased with all that the CRM knew of them, and the CRM deletes old history.
NEXT_DAY = """
create temporary table chosen as
select
    (select max(who_id) from raw_crm.task
        where who_id like '003%' and what_id is null and account_id is not null) as mover,
    (select max(converted_contact_id) from raw_crm.lead
        where converted_opportunity_id is not null
        and converted_contact_id <> (select max(who_id) from raw_crm.task where who_id like '003%'
            and what_id is null and account_id is not null)) as erased;
update raw_crm.contact
set account_id = (select max(id) from raw_crm.account where id <> contact.account_id)
where id = (select mover from chosen);
create temporary table erased_leads as
select id from raw_crm.lead where converted_contact_id = (select erased from chosen);
delete from raw_crm.lead_history where lead_id in (select id from erased_leads);
delete from raw_crm.lead where id in (select id from erased_leads);
delete from raw_crm.contact where id = (select erased from chosen);
delete from raw_crm.lead_history where created_date < '2023-07-01';
delete from raw_crm.opportunity_history where created_date < '2023-07-01';
"""
KEPT = {
    "touches": "select touch_id, touch_at, channel, account_id, "
    "case when source_system = 'crm' then person_id end as person_id from core.touches",
    "deals": "select opportunity_id, account_id, created_at, pipeline_entered_at, closed_at, "
    "reopen_count, has_skipped_stages from core.opportunities",
    "people": "select person_id, account_id, created_at, original_lead_source from core.people "
    "where person_id <> coalesce((select max(person_id) from moved), '')",
    "cycles": "select person_id, inquiry_at, mql_at, sal_at, sql_at, opportunity_id, disposition "
    "from funnel.lead_cycles",
}


@pytest.mark.parametrize("clean", CLEAN[:1], indirect=True)
def test_a_move_an_erasure_and_a_purged_history_move_no_number(
    builder: Builder, clean: Company
) -> None:
    day = clean
    next_day = builder.build_next_day(day, NEXT_DAY)
    before, after = facts(day.warehouse, next_day.warehouse), facts(next_day.warehouse)
    for name in KEPT:
        assert len(before[name]) > 10
        assert after[name] == before[name], name
    # what is remembered of the history makes it whole: no F43
    found = {
        fault
        for fault, score in next_day.scores.items()
        if score.detected - day.scores[fault].detected
    }
    assert found >= {"F11", "F46"}
    assert found <= {"F05", "F11", "F46"}


def facts(path: Path, next_day: Path | None = None) -> dict[str, list[tuple[object, ...]]]:
    """Return what must not move; of people without the one who moved by the next day."""
    with connect(path, read_only=True) as connection:
        spans = "intermediate.int_people_dated_by_account"
        if next_day:
            connection.execute(f"attach '{next_day}' as next_day (read_only)")
            spans = f"next_day.{spans}"
        connection.execute(
            f"create temporary table moved as select person_id from {spans} "
            "group by 1 having count(*) > 1"
        )
        return {
            name: sorted(connection.execute(query).fetchall(), key=repr)
            for name, query in KEPT.items()
        }
