"""Generated companies with chosen faults, landed as text and built as far as faults are found."""

import contextlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from daily_loads import LEDGERS, PROJECT, Workbench, remember
from touchstone.faults import Fault, Score, read_detected, read_faults, read_truth, score
from touchstone.load.contract import Table, read_contract
from touchstone.load.files import quoted
from touchstone.project import connect
from touchstone.sample.command import write_sample
from touchstone.sample.contracts import read_contracts
from touchstone.sample.parameters import faults_asked, settings_of

BUILT = [
    f"+{mart}"
    for mart in (
        "data_faults",
        "days",
        "lead_cycles",
        "opportunities",
        "people",
        "source_row_outcomes",
        "touches",
    )
]


@dataclass(frozen=True)
class Company:
    """What a company is made with, and what was found in it."""

    name: str
    warehouse: Path
    truth: Path
    faults: dict[str, Fault]
    scores: dict[str, Score]


class Builder:
    """Builds companies: the first by dbt, the others by the SQL that dbt compiled for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workbench = Workbench(folder / "workbench")
        self.compiled: dict[str, str] = {}

    def build(
        self, faults: str, *, accounts: int = 120, months: int = 12, seed: int = 7
    ) -> Company:
        """Return a company with the faults, as far as they are found."""
        name = f"{faults}-{accounts}-{months}-{seed}"
        raw, warehouse = self.folder / name / "raw", self.folder / name / "touchstone.duckdb"
        settings = settings_of(accounts, months, seed, faults=faults_asked(faults))
        with contextlib.redirect_stderr(io.StringIO()):
            write_sample(read_contracts(PROJECT), raw, raw / "truth", settings, "csv")
        shutil.copy(self.workbench.seeded(), warehouse)
        land(warehouse, raw)
        if self.compiled:
            self._build_by_sql(warehouse)
        else:
            self.compiled = self.workbench.build(warehouse, ["run", "--select", *BUILT])
        return read_company(name, warehouse, raw / "truth")

    def build_next_day(self, company: Company, changes: str) -> Company:
        """Return the company after statements that change its raw tables."""
        warehouse = company.warehouse.parent / "next_day" / company.warehouse.name
        warehouse.parent.mkdir()
        shutil.copy(self.workbench.seeded(), warehouse)
        with connect(warehouse) as connection:
            connection.execute(f"attach '{company.warehouse}' as day_before (read_only)")
            raw = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = 'day_before' and schema_name like 'raw_%'"
            ).fetchall()
            for name in [*(name for (name,) in raw), *LEDGERS]:
                connection.execute(f"create schema if not exists {name.split('.')[0]}")
                connection.execute(f"create table {name} as from day_before.{name}")
            connection.execute(changes)
        self._build_by_sql(warehouse)
        return read_company(f"{company.name}, the next day", warehouse, company.truth)

    def _build_by_sql(self, warehouse: Path) -> None:
        models = [model for model in self.workbench.models() if model.name in self.compiled]
        with connect(warehouse) as connection:
            connection.execute("begin")
            for schema in {model.relation.split(".")[0] for model in models}:
                connection.execute(f"create schema if not exists {schema}")
            standing = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall()
            for model in models:
                sql = self.compiled[model.name]
                if (model.relation,) in standing:
                    remember(connection, model.relation, sql)
                else:
                    connection.execute(f"create table {model.relation} as {sql}")
            connection.execute("commit")


def read_company(name: str, warehouse: Path, truth: Path) -> Company:
    """Return a built company with its scores."""
    with connect(warehouse, read_only=True) as connection:
        faults = read_faults(connection)
        scores = score(faults, read_truth(truth), read_detected(connection))
    return Company(name, warehouse, truth, {fault.fault_id: fault for fault in faults}, scores)


def land(warehouse: Path, raw: Path) -> None:
    """Land the files as text, with every column of the contract."""
    with connect(warehouse) as connection:
        for label, table in read_contract(PROJECT).items():
            system, name = label.split(".")
            place = f"{quoted(table.schema)}.{quoted(table.identifier)}"
            connection.execute(f"create schema if not exists {quoted(table.schema)}")
            path = raw / system / f"{system}__{name}.csv"
            connection.execute(
                f"create or replace table {place} as select {_columns(table, path)} from read_csv("
                "?, all_varchar = true, header = true, delim = ',', quote = '\"')",
                [str(path)],
            )


def _columns(table: Table, path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        delivered = file.readline().strip().split(",")
    return ", ".join(
        quoted(column.name)
        if column.name in delivered
        else f"cast(null as varchar) as {quoted(column.name)}"
        for column in table.columns
    )
