"""The made-up company of a size, kept in a folder, and a warehouse that reads its files."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from touchstone.errors import UserError
from touchstone.load.contract import read_contract
from touchstone.project import connect
from touchstone.sample.command import settings_of_touches, write_sample
from touchstone.sample.contracts import read_contracts

BYTES_PER_TOUCH = 350  # of disk, raw and warehouse with its working space; measured at 1e6 and 1e7
RAW_TOUCHPOINTS = (
    ("web", "page_views"),
    ("web", "identifies"),
    ("crm", "campaign_members"),
    ("crm", "tasks"),
    ("crm", "events"),
)


def company_folder(project: Path, cache: Path, touches: float, months: int, seed: int) -> Path:
    """Return the folder of the company's Parquet files; make it when it is not there.

    The name holds a hash of the generator's own files: another version is another company.
    """
    name = f"{touches:.0e}".replace("e+0", "e").replace("e+", "e")
    folder = cache / f"company_{name}_{months}m_seed{seed}_{_generator_version(project)}"
    done = folder / "rows.json"
    if done.exists():
        return folder
    settings = settings_of_touches(touches, months, seed)
    need, free = touches * BYTES_PER_TOUCH / 1e6, shutil.disk_usage(cache).free / 1e6
    if need > free:
        raise UserError(
            f"{cache}: {touches:g} touches need about {need / 1e3:.0f} GB of disk, free are "
            f"{free / 1e3:.0f} GB; name another folder with --cache, or fewer --touches"
        )
    shutil.rmtree(folder, ignore_errors=True)
    contracts = read_contracts(project)
    rows = write_sample(contracts, folder, folder / "truth", settings, "parquet")
    partial = done.with_suffix(".partial")
    partial.write_text(json.dumps(rows, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(partial, done)
    return folder


def company_rows(folder: Path) -> dict[str, int]:
    """Return the rows of each raw table: web/web__page_views and so on."""
    rows: dict[str, int] = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    return rows


def touchpoints(rows: dict[str, int]) -> int:
    """Return the raw touchpoints: page views, forms, campaign responses and activities."""
    return sum(rows.get(f"{system}/{system}__{table}", 0) for system, table in RAW_TOUCHPOINTS)


def deals(rows: dict[str, int]) -> int:
    """Return the deals."""
    return rows.get("crm/crm__opportunities", 0)


def files_of(project: Path, folder: Path) -> dict[str, Path]:
    """Return the file of each raw table that the company has, by its label (crm.leads)."""
    files = {
        label: folder / table.system / f"{table.system}__{table.name}.parquet"
        for label, table in read_contract(project).items()
    }
    return {label: path for label, path in files.items() if path.exists()}


def new_warehouse(path: Path) -> None:
    """Take away a warehouse, so that the next build makes it new."""
    for old in (path, path.with_suffix(".duckdb.wal")):
        old.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def read_in_place(project: Path, warehouse: Path, queries: dict[str, str]) -> None:
    """Make the raw tables of a warehouse views of queries over files: nothing is copied."""
    tables = read_contract(project)
    with connect(warehouse) as connection:
        for label, query in queries.items():
            table = tables[label]
            connection.execute(f'create schema if not exists "{table.schema}"')
            connection.execute(
                f'create or replace view "{table.schema}"."{table.identifier}" as {query}'
            )


def whole_files(project: Path, folder: Path) -> dict[str, str]:
    """Return the query of each raw table that reads all of its file."""
    return {
        label: f"select * from read_parquet('{path}')"
        for label, path in files_of(project, folder).items()
    }


def _generator_version(project: Path) -> str:
    """Return a short hash of what the bytes of a company depend on: generator and contracts."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1] / "sample"
    for path in [*sorted(package.glob("*.py")), package / "world.yml"]:
        digest.update(path.read_bytes())
    for contract in read_contracts(project).values():
        digest.update(repr(contract).encode())
    return digest.hexdigest()[:8]
