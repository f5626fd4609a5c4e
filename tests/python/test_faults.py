"""Faults F01 to F48: each planted one is found, and in clean companies none is."""

import json
from pathlib import Path

import pytest

from planted_companies import Builder, Company
from touchstone.cli import main
from touchstone.faults import Score
from touchstone.project import WAREHOUSE_VARIABLE, connect
from touchstone.sample.parameters import EVERY_FAULT

FAULTS = sorted(EVERY_FAULT)
CLEAN = [{}, {"accounts": 60, "months": 30, "seed": 19}]


@pytest.fixture(scope="module")
def clean(builder: Builder, dirty: Company) -> list[Company]:
    return [builder.build("none", **sizes) for sizes in CLEAN]


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
def test_clean_companies_raise_no_alarm(clean: list[Company], fault: str) -> None:
    assert {company.name: sorted(company.scores[fault].detected) for company in clean} == {
        company.name: [] for company in clean
    }


def test_clean_companies_have_no_planted_row_and_have_rows(clean: list[Company]) -> None:
    for company in clean:
        assert not any(score.planted or score.unseen for score in company.scores.values())
        with connect(company.warehouse, read_only=True) as connection:
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
    company = builder.build("F13,F39", seed=5)
    found = {fault for fault, score in company.scores.items() if score.detected}
    assert found == {"F13", "F39"}
    assert all(company.scores[fault].missed == frozenset() for fault in found)


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


def test_a_move_an_erasure_and_a_purged_history_move_no_number(
    builder: Builder, clean: list[Company]
) -> None:
    day = clean[0]
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
