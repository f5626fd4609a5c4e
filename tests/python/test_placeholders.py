"""A load and the guards read an id as the door does: a placeholder is none."""

import duckdb

from touchstone.load.contract import read_contract
from touchstone.project import project_directory

PROJECT = project_directory()
EXAMPLES = PROJECT / "tests" / "examples" / "an_id_that_is_a_placeholder_is_none.sql"


def test_a_load_takes_for_placeholders_what_the_door_takes_for_them() -> None:
    table = read_contract(PROJECT)["web.page_views"]
    examples = EXAMPLES.read_text(encoding="utf-8").split("\nselect")[0].rstrip()
    read = table.usable("anonymous_id", "nullif(trim(landed), '')")
    sql = f"{examples} select landed, nullif(id, ''), {read} from examples"
    rows = duckdb.execute(sql).fetchall()
    assert [row for row in rows if row[1] != row[2]] == []
    assert sum(row[1] is None and row[0] is not None for row in rows) > 10


def test_only_ids_are_read_so() -> None:
    table = read_contract(PROJECT)["crm.leads"]
    assert table.usable("status", "status") == "status"
