"""The sample company: the same bytes every time, keys that join, causes first, known dirt."""

import csv
import filecmp
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from touchstone.cli import main
from touchstone.project import project_directory
from touchstone.sample import columns as col
from touchstone.sample.command import DEFAULT_SEED
from touchstone.sample.contracts import read_contracts
from touchstone.sample.dice import Dice, exp
from touchstone.sample.parameters import usual_faults

PROJECT = project_directory()
SEEDS = PROJECT / "seeds" / "raw"
Rows = list[dict[str, str]]
PINNED_STREAM = [465322, 196706, 75505, 240799]


def generate(folder: Path, *options: str) -> Path:
    assert main(["sample", "--output", str(folder), *options]) == 0
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tiny"), "--size", "tiny")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("small"))


def rows_of(folder: Path, name: str) -> Rows:
    pattern = f"truth/{name}.csv" if name.startswith("truth_") else f"*/{name}.csv"
    [path] = folder.glob(pattern)
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def files_of(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.csv")):
        yield str(path.relative_to(folder))


def test_two_runs_give_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    again = generate(tmp_path / "again", "--size", "tiny")
    names = list(files_of(tiny))
    assert len(names) > 29
    same, different, missing = filecmp.cmpfiles(tiny, again, names, shallow=False)
    assert (sorted(same), different, missing) == (names, [], [])


def test_another_seed_gives_another_company(tiny: Path, tmp_path: Path) -> None:
    other = generate(tmp_path / "other", "--size", "tiny", "--seed", str(DEFAULT_SEED + 1))
    leads = "crm/crm__leads.csv"
    assert not filecmp.cmp(tiny / leads, other / leads, shallow=False)


def test_the_kept_seeds_are_what_the_generator_writes(small: Path) -> None:
    names = [name for name in files_of(small) if not name.startswith("truth")]
    assert sorted(names) == sorted(files_of(SEEDS))
    _, different, missing = filecmp.cmpfiles(small, SEEDS, names, shallow=False)
    assert (different, missing) == ([], []), "run: touchstone sample --output seeds/raw"


def test_the_kept_seeds_are_small() -> None:
    assert sum(path.stat().st_size for path in SEEDS.rglob("*.csv")) < 6_000_000


def test_every_raw_table_has_the_columns_of_its_contract(tiny: Path) -> None:
    contracts = read_contracts(PROJECT)
    assert len(contracts) == 29
    for contract in contracts.values():
        path = tiny / contract.system / f"{contract.name}.csv"
        header = path.read_text(encoding="utf-8").splitlines()[0]
        assert header == ",".join(contract.types), contract.name


def test_parquet_has_the_types_of_the_contracts(tmp_path: Path) -> None:
    folder = generate(tmp_path, "--accounts", "40", "--months", "4", "--format", "parquet")
    for contract in read_contracts(PROJECT).values():
        found = pq.read_schema(folder / contract.system / f"{contract.name}.parquet")
        assert found.equals(contract.schema()), contract.name


def test_keys_join(small: Path) -> None:
    accounts = {row["id"][:15] for row in rows_of(small, "crm__accounts")}
    contacts = rows_of(small, "crm__contacts")
    leads = {row["id"][:15] for row in rows_of(small, "crm__leads")}
    deals = {row["id"][:15] for row in rows_of(small, "crm__opportunities")}
    campaigns = {row["id"][:15] for row in rows_of(small, "crm__campaigns")}
    people = {row["id"][:15] for row in contacts}
    gone = {row["row_id"][:15] for row in rows_of(small, "truth_fault") if row["fault_id"] == "F05"}
    assert all(row["account_id"][:15] in accounts for row in contacts)
    assert all(row["account_id"][:15] in accounts for row in rows_of(small, "crm__opportunities"))
    for row in rows_of(small, "crm__campaign_members"):
        assert row["campaign_id"][:15] in campaigns
        assert row["lead_id"] or row["contact_id"]
        assert not row["lead_id"] or row["lead_id"][:15] in leads | gone
        assert not row["contact_id"] or row["contact_id"][:15] in people
    for row in rows_of(small, "crm__opportunity_changes"):
        assert row["opportunity_id"][:15] in deals
    for row in rows_of(small, "crm__opportunity_contact_roles"):
        assert row["opportunity_id"][:15] in deals
        assert row["contact_id"][:15] in people


def test_the_sample_has_enough_of_everything(small: Path) -> None:
    deals = rows_of(small, "crm__opportunities")
    won = [row for row in deals if row["type"] == "New Business" and row["is_won"] == "true"]
    assert len(won) >= 150
    assert {row["currency_iso_code"] for row in won} >= {"USD", "EUR", "GBP", "JPY"}
    assert len({row["type"] for row in deals}) == 4
    assert any(row["is_closed"] == "false" for row in deals)
    statuses = {row["new_value"] for row in rows_of(small, "crm__lead_changes")}
    assert statuses >= {"MQL", "Accepted (SAL)", "Qualified (SQL)", "Rejected", "Recycled"}
    months = {row["created_date"][:7] for row in deals}
    assert len([month for month in months if "2023-01" <= month <= "2025-12"]) == 36


def test_causes_come_before_effects(small: Path) -> None:
    order = ["inquiry_at", "mql_at", "accepted_at", "qualified_at", "opportunity_at", "won_at"]
    checked = 0
    for row in rows_of(small, "truth_stage_times"):
        times = [datetime.fromisoformat(row[name]) for name in order if row[name]]
        assert times == sorted(times), row
        checked += len(times) > 2
    assert checked > 300
    by_deal: dict[str, str] = {}
    for row in rows_of(small, "crm__opportunity_changes"):
        key = row["opportunity_id"][:15]
        by_deal[key] = min(by_deal.get(key, "9"), row["created_date"])
    back_dated = {
        row["row_id"][:15] for row in rows_of(small, "truth_fault") if row["fault_id"] == "F08"
    }
    for row in rows_of(small, "crm__opportunities"):
        if row["id"][:15] not in back_dated:
            assert by_deal[row["id"][:15]] == row["created_date"]


def test_some_deals_open_on_the_day_of_the_response(small: Path) -> None:
    converted = {
        row["id"][:15]: row["converted_opportunity_id"][:15]
        for row in rows_of(small, "crm__leads")
        if row["converted_opportunity_id"]
    }
    opened = {
        row["id"][:15]: row["created_date"][:10] for row in rows_of(small, "crm__opportunities")
    }
    same_day = {
        converted[row["lead_id"][:15]]
        for row in rows_of(small, "crm__campaign_members")
        if row["lead_id"][:15] in converted
        and row["first_responded_date"] == opened[converted[row["lead_id"][:15]]]
    }
    assert len(same_day) >= 3


def test_every_fault_is_written_down_with_its_row(small: Path) -> None:
    faults = rows_of(small, "truth_fault")
    counts = Counter(row["fault_id"] for row in faults)
    # F21 by itself: where a landing page cannot be read, the visit begins on a page of our own
    assert set(counts) - {"F21"} == usual_faults()
    contracts = {contract.name: contract for contract in read_contracts(PROJECT).values()}
    keys: dict[str, set[str]] = {}
    for row in faults:
        name = f"{row['system_name']}__{row['table_name']}"
        if name not in keys:
            columns = contracts[name].key
            keys[name] = {"|".join(raw[c] for c in columns) for raw in rows_of(small, name)}
        assert row["is_visible"] == "false" or row["row_id"] in keys[name], row


def test_merges_have_a_chain_and_a_cycle(small: Path) -> None:
    leads = rows_of(small, "crm__leads")
    into = {row["id"]: row["master_record_id"] for row in leads if row["master_record_id"]}
    assert any(into.get(winner) for winner in into.values())
    assert any(into.get(winner) == loser for loser, winner in into.items())
    assert any(winner not in into for winner in into.values())


def test_brand_search_creates_nothing_and_events_do(small: Path) -> None:
    effects = {row["channel_name"]: row for row in rows_of(small, "truth_channel_effect")}
    assert float(effects["brand_search"]["incremental_expected_deals"]) == 0
    assert int(effects["brand_search"]["exposure_count"]) > 100
    assert float(effects["webinar"]["incremental_expected_deals"]) > 10
    assert effects["review_site"]["is_capture"] == "true"


def test_addresses_are_on_reserved_domains(small: Path) -> None:
    fake = {row["row_id"] for row in rows_of(small, "truth_fault") if row["fault_id"] == "F38"}
    for name in ("crm__leads", "crm__contacts", "web__identifies"):
        for row in rows_of(small, name):
            assert row["email"].lower().endswith(".example") or row["id"] in fake


def test_salesforce_ids_carry_their_checksum() -> None:
    # a published pair: the 15-character id and its 18-character form
    letters = np.frombuffer(b"001A0000006Vm9r", dtype=np.uint8).reshape(1, 15)
    assert bytes(col.id_checksum(letters)[0]).decode() == "IAC"
    ids = col.sf_ids("lead", np.arange(50_000)).to_pylist()
    assert len(set(ids)) == 50_000
    assert len({value.lower() for value in ids}) == 50_000


def test_the_exponential_is_exact_to_fourteen_digits() -> None:
    values = np.linspace(-30, 30, 1001)
    assert np.allclose(exp(values), np.exp(values), rtol=1e-14)


def test_dice_of_one_name_do_not_depend_on_others() -> None:
    first = Dice(7, "touches", 3).uniform(5)
    Dice(7, "deals").uniform(100)
    assert (first == Dice(7, "touches", 3).uniform(5)).all()
    # the stream itself, so that a change of the generator library shows
    assert Dice(7, "touches", 3).below(np.full(4, 1_000_000)).tolist() == PINNED_STREAM


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--accounts", "3"], "at least 20"),
        (["--months", "0"], "between 3 and 120"),
        (["--seed", "-1"], "whole number"),
    ],
)
def test_a_mistake_gets_one_clear_line(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--output", str(tmp_path), *options]) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message


def test_an_output_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["sample", "--output", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err
