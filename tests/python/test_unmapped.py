"""What a load says that no definition knows, told before any build with the rows to add."""

import csv
import json
from pathlib import Path

import pytest

from touchstone.cli import main
from touchstone.load.vocabulary import VOCABULARIES, near, read_names, rows_to_add, unknown
from touchstone.project import project_directory

PROJECT = project_directory()
STAGES = VOCABULARIES[0]

FILES = {
    "crm__opportunities": "id,stage_name,amount,currency_iso_code,type,lead_source,campaign_id,"
    "is_closed,is_won\n"
    "1,Closed Won,10,EUR,New Business,Web,C1,true,true\n"
    "2,Legal Review,10,EUR,New Business,Web,,false,false\n"
    "3,legal_review,10,SEK,Pilot,Telepathy,C9,false,false\n"
    "4,Unterschrieben,10,EURO,Pilot,,,true,true\n",
    "crm__leads": "id,status,lead_source,created_date\n1,M.Q.L.,Web,2024-01-01\n"
    "2,Hot,Telepathy,2024-01-01\n",
    "crm__lead_changes": "id,lead_id,field,new_value,created_date\n"
    "1,1,Status,Hot,2024-01-02\n2,1,LeadSource,Anything,2024-01-02\n",
    "crm__campaigns": "id,name,parent_id\nC1,Fair,\nC2,Tour,C8\n",
    "crm__campaign_members": "id,campaign_id,lead_id,status\n1,C1,1,Attended\n2,C7,1,Waved\n",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The findings of one check, by the column they are of."""
    folder = tmp_path_factory.mktemp("unmapped")
    (folder / "files").mkdir()
    for name, content in FILES.items():
        (folder / "files" / f"{name}.csv").write_text(content, encoding="utf-8")
    (folder / "acme.yml").write_text(
        "settings: {reporting_currency: EUR}\ntables:\n"
        + "".join(
            f"  {name.replace('__', '.')}:\n    from: {name}.csv\n    columns:\n"
            + "".join(f"      {column}: {column}\n" for column in content.split("\n")[0].split(","))
            for name, content in FILES.items()
        ),
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("builtins.print", lambda *text, **_: printed.append(" ".join(map(str, text))))
        arguments = ["load", str(folder / "files"), "--mapping", str(folder / "acme.yml")]
        arguments += ["--check", "--json", "--warehouse", str(folder / "x.duckdb")]
        assert main(arguments) == 0
    assert not Path(folder / "x.duckdb").exists()
    report = json.loads(next(text for text in printed if text.startswith("{")))
    return {
        f"{item['kind']}: {item['tables'][0]}.{item['column']}": item for item in report["unmapped"]
    }


def test_names_that_no_definition_knows_are_told_with_counts(
    found: dict[str, dict[str, object]],
) -> None:
    assert {name: item["values"] for name, item in found.items()} == {
        "stages of deals: crm.opportunities.stage_name": {
            "Legal Review": 1,
            "Unterschrieben": 1,
            "legal_review": 1,
        },
        "statuses of leads: crm.leads.status": {"Hot": 2},
        "types of deals: crm.opportunities.type": {"Pilot": 2},
        "sources of leads and deals: crm.opportunities.lead_source": {"Telepathy": 2},
        "statuses of campaign members: crm.campaign_members.status": {"Waved": 1},
        "currencies that are no ISO 4217 code: crm.opportunities.currency": {"EURO": 1},
        "currencies without a rate: crm.opportunities.currency": {"SEK": 1},
        "campaigns that are not there: crm.campaign_members.campaign_id": {"C7": 1},
        "campaigns that are not there: crm.opportunities.campaign_id": {"C9": 1},
        "campaigns that are not there: crm.campaigns.parent_id": {"C8": 1},
    }


def test_the_rows_to_add_fit_their_definition(found: dict[str, dict[str, object]]) -> None:
    for item in found.values():
        goes_to = str(item["goes_to"])
        if goes_to.endswith(".csv"):
            with (PROJECT / goes_to).open(encoding="utf-8", newline="") as stream:
                width = len(next(csv.reader(stream)))
            rows = list(csv.reader(str(item["rows"]).splitlines()))
            assert rows
            assert {len(row) for row in rows} == {width}


def test_what_the_flags_of_the_deals_say_of_a_stage_is_filled_in(
    found: dict[str, dict[str, object]],
) -> None:
    rows = str(found["stages of deals: crm.opportunities.stage_name"]["rows"]).splitlines()
    assert "unterschrieben,closed_won,6,true,true,true,1,?,2024-01-01" in rows
    assert len(rows) == 2  # Legal Review and legal_review are one name
    assert "legal review,?,?,?,false,false,1,?,2024-01-01" in rows


def test_a_name_like_a_known_one_takes_its_answers() -> None:
    names = read_names(PROJECT, STAGES)
    assert near(STAGES, names, "Negotiations") == "negotiation"
    assert rows_to_add(PROJECT, STAGES, ["Negotiations"]) == (
        "negotiations,negotiation,5,true,false,false,1,?,2024-01-01\n"
    )


def test_names_are_compared_as_the_models_do() -> None:
    assert unknown(STAGES, {"closed won"}, {"Closed_Won": 3, "CLOSED WON ": 1, "": 4}) == {}
