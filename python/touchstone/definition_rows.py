"""Definitions that cannot be right, found in seeds/definitions before anything is built.

What a column may hold is what the YAML beside its seed says (types, keys, accepted values,
references); only what one value cannot show, such as weights that add up to 1, is said here.
"""

import csv
import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from touchstone.checks.definitions import read_guards
from touchstone.errors import UserError
from touchstone.settings import near

FOLDER = Path("seeds") / "definitions"
SHOWN_PROBLEMS = 8
# References of several columns at once, which dbt's own test of relationships cannot say.
REFERENCES = (("channel_rules", ("channel", "sub_channel"), "channels"),)
# A day of a row that cannot be later than another one.
ORDERED_DAYS = (("fiscal_quarters", "fiscal_year_start_date", "fiscal_quarter_start_date"),)
PURPOSES = ("sourcing", "pipeline", "revenue")


@dataclass(frozen=True)
class Row:
    """One row of a seed, and the line of the file on which it begins."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a value, empty where the row is too short."""
        return self.values.get(column) or ""


@dataclass(frozen=True)
class Seed:
    """A seed as its files say: the rows of the CSV and what the YAML says of them."""

    name: str
    header: Sequence[str]
    rows: Sequence[Row]
    types: Mapping[str, str]
    definition: Mapping[str, Any]
    tests: Sequence[tuple[str, str, Mapping[str, Any]]]

    @property
    def file(self) -> str:
        """Return the file as a message names it."""
        return f"{FOLDER.as_posix()}/{self.name}.csv"


def check_definitions(project: Path) -> None:
    """Refuse definitions that cannot be right.

    Raises:
        UserError: names file, row and remedy of each.
    """
    problems = find_problems(read_seeds(project))
    try:
        read_guards(project, datetime.date.max)
    except UserError as problem:
        problems.append(str(problem))
    if not problems:
        return
    more = len(problems) - SHOWN_PROBLEMS
    told = [*problems[:SHOWN_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
    raise UserError(
        "the definitions cannot be right, so nothing was built:\n  " + "\n  ".join(told)
    )


def read_seeds(project: Path) -> dict[str, Seed]:
    """Read every seed of definitions with its YAML."""
    from touchstone.load.contract import read_yaml

    seeds = {}
    for path in sorted((project / FOLDER).glob("*.csv")):
        described = path.with_suffix(".yml")
        stated = read_yaml(described)["seeds"][0] if described.exists() else {}
        header, rows = _read(path)
        config = stated.get("config", {})
        seeds[path.stem] = Seed(
            name=path.stem,
            header=header,
            rows=rows,
            types=config.get("column_types", {}),
            definition=config.get("meta", {}).get("definition", {}),
            tests=list(_tests(stated)),
        )
    return seeds


def _read(path: Path) -> tuple[list[str], list[Row]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows, begins = [], reader.line_num + 1
            for values in reader:
                if values:
                    surplus = {"": ",".join(values[len(header) :])} if values[len(header) :] else {}
                    rows.append(Row(begins, {**dict(zip(header, values, strict=False)), **surplus}))
                begins = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} is not a CSV file in UTF-8: {error}; save it as one") from error
    return header, rows


def _tests(stated: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return the tests of the YAML: kind, column (empty: of the whole seed), arguments."""
    for test in stated.get("data_tests", ()):
        yield from _as_test(test, "")
    for column in stated.get("columns", ()):
        for test in column.get("data_tests", ()):
            yield from _as_test(test, column["name"])


def _as_test(test: Any, column: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if isinstance(test, str):
        yield test, column, {}
        return
    for kind, said in test.items():
        config = said.get("config", {})
        yield kind, column, {**said.get("arguments", {}), "where": config.get("where")}


def find_problems(seeds: Mapping[str, Seed]) -> list[str]:
    """Return a sentence for everything that cannot be right."""
    found: list[str] = []
    with duckdb.connect() as connection:
        for seed in seeds.values():
            found += _shape_problems(seed)
            found += _value_problems(seed, connection)
            for kind, column, arguments in seed.tests:
                found += _test_problems(seed, kind, column, arguments, seeds)
            found += _version_problems(seed)
    for name, columns, to in REFERENCES:
        if name in seeds and to in seeds:
            found += _reference_problems(seeds[name], columns, seeds[to])
    for name, column, after in ORDERED_DAYS:
        if name in seeds:
            found += _order_problems(seeds[name], column, after)
    if "attribution_models" in seeds and "attribution_weights" in seeds:
        found += _weight_problems(seeds["attribution_models"], seeds["attribution_weights"])
    return list(dict.fromkeys(found))


def _at(seed: Seed, *rows: Row) -> str:
    lines = sorted(row.line for row in rows)
    word = "row" if len(lines) == 1 else "rows"
    return f"{seed.file}, {word} {', '.join(str(line) for line in lines)}"


def _shape_problems(seed: Seed) -> Iterator[str]:
    for name in seed.types:
        if name not in seed.header:
            yield f"{seed.file}: the column {name} is missing; add it to the first row"
    for name in seed.header:
        if seed.types and name not in seed.types:
            yield f"{seed.file}: there is no column {name}{near(name, seed.types)}"
    for row in seed.rows:
        if row[""]:
            yield (
                f"{_at(seed, row)}: {row['']!r} stands after the last column; "
                'put a value that holds a comma into double quotes ("a, b")'
            )


def _value_problems(seed: Seed, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for name, data_type in seed.types.items():
        values = {row[name] for row in seed.rows if row[name]}
        if data_type not in ("string", "varchar") and values:
            unreadable = connection.execute(
                f"select v from (select unnest($1::varchar[]) as v) "
                f"where try_cast(v as {data_type}) is null",
                [sorted(values)],
            ).fetchall()
            for (value,) in unreadable:
                rows = [row for row in seed.rows if row[name] == value]
                yield f"{_at(seed, *rows)}: {name} is {value!r}; it must be {_kind(data_type)}"
        if name.endswith("_pattern") or name == "pattern":
            for value in sorted(values):
                if problem := _pattern_problem(value, connection):
                    rows = [row for row in seed.rows if row[name] == value]
                    yield (
                        f"{_at(seed, *rows)}: {name} {value!r} is no regular expression "
                        f"({problem}); put a backslash before a character that means itself"
                    )


def _kind(data_type: str) -> str:
    kinds = {"date": "a day, YYYY-MM-DD", "boolean": "true or false"}
    if data_type in ("integer", "bigint", "smallint"):
        return "a whole number"
    return kinds.get(data_type, "a number" if data_type.startswith("decimal") else data_type)


def _pattern_problem(pattern: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        connection.execute("select regexp_matches('', $1)", [pattern]).fetchall()
    except duckdb.Error as error:
        return str(error).split(":", 1)[-1].strip().splitlines()[0]
    return None


def _test_problems(
    seed: Seed, kind: str, column: str, arguments: Mapping[str, Any], seeds: Mapping[str, Seed]
) -> Iterator[str]:
    if kind == "not_null":
        for row in seed.rows:
            if not row[column]:
                yield f"{_at(seed, row)}: {column} is empty; every row needs one"
    elif kind == "accepted_values":
        choices = [str(value) for value in arguments["values"]]
        for row in seed.rows:
            if row[column] and row[column] not in choices:
                yield (
                    f"{_at(seed, row)}: {column} is {row[column]!r}; it must be one of: "
                    f"{', '.join(choices)}{_guess(row[column], choices)}"
                )
    elif kind == "relationships":
        other = seeds[arguments["to"].split("'")[1]]
        known = {one[arguments["field"]] for one in other.rows}
        for row in seed.rows:
            if row[column] and row[column] not in known:
                yield (
                    f"{_at(seed, row)}: {column} is {row[column]!r}, which is not in {other.file}"
                    f"{_guess(row[column], known)} mend it, or add its row there"
                )
    elif kind in ("unique", "is_unique"):
        columns = [column] if kind == "unique" else arguments["columns"]
        where = arguments.get("where")
        yield from _repeated(seed, columns, where)


def _guess(value: str, known: Any) -> str:
    guess = near(value, known)
    return guess if "did you mean" in guess else ";"


def _repeated(seed: Seed, columns: Sequence[str], where: str | None) -> Iterator[str]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in seed.rows:
        if where is None or row[where].lower() == "true":
            groups[tuple(row[name] for name in columns)].append(row)
    for key, rows in groups.items():
        # to dbt an empty value of one column repeats nothing, of several it is a value
        if len(rows) > 1 and (len(columns) > 1 or key[0]):
            told = ", ".join(f"{name} {value!r}" for name, value in zip(columns, key, strict=True))
            if where:
                told += f" where {where} is true"
            yield f"{_at(seed, *rows)} have one {told}; keep one of them"


def _reference_problems(seed: Seed, columns: Sequence[str], other: Seed) -> Iterator[str]:
    known = {tuple(row[name] for name in columns) for row in other.rows}
    for row in seed.rows:
        if tuple(row[name] for name in columns) not in known:
            told = ", ".join(f"{name} {row[name]!r}" for name in columns)
            yield f"{_at(seed, row)}: {told} is not in {other.file}; mend it, or add its row there"


def _order_problems(seed: Seed, first: str, last: str) -> Iterator[str]:
    for row in seed.rows:
        if row[first] and row[last] and row[first] > row[last]:
            yield f"{_at(seed, row)}: {first} {row[first]} is after {last} {row[last]}; mend one"


def _version_problems(seed: Seed) -> Iterator[str]:
    """A later version of one definition applies from a later day."""
    keys = seed.definition.get("key", ())
    if not keys or not {"version", "valid_from"} <= set(seed.types):
        return
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in seed.rows:
        if row["version"].isdigit():
            groups[tuple(row[name] for name in keys)].append(row)
    for rows in groups.values():
        rows.sort(key=lambda row: (int(row["version"]), row["valid_from"]))
        for earlier, later in pairwise(rows):
            if later["valid_from"] < earlier["valid_from"]:
                yield (
                    f"{_at(seed, earlier, later)}: version {later['version']} is valid from "
                    f"{later['valid_from']}, before version {earlier['version']} "
                    f"({earlier['valid_from']}); a later version begins later"
                )


def _weight_problems(models: Seed, weights: Seed) -> Iterator[str]:
    by_model: dict[str, list[Row]] = defaultdict(list)
    for row in weights.rows:
        by_model[row["attribution_model"]].append(row)
    for row in models.rows:
        name, days, hours = (
            row["attribution_model"],
            row["half_life_days"],
            row["half_life_hours"],
        )
        half_life, column = (days, "half_life_days") if days else (hours, "half_life_hours")
        own = by_model.get(name, [])
        if days and hours:
            yield (f"{_at(models, row)}: {name} has a half-life in days and one in hours; keep one")
        elif half_life and own:
            yield (
                f"{_at(models, row)}: {name} has a half-life, and weights in "
                f"{_at(weights, *own)}; keep one"
            )
        elif half_life:
            if not (half_life.isdigit() and 1 <= int(half_life) <= 730):
                yield f"{_at(models, row)}: {column} is {half_life!r}; give 1 to 730"
        elif not own:
            yield (
                f"{_at(models, row)}: {name} has neither weights nor a half-life; add its rows to "
                f"{weights.file}"
            )
        else:
            yield from _sum_problems(name, own, weights)
        if not name.replace("_", "a").isalnum() or name != name.lower() or name[:1].isdigit():
            yield (
                f"{_at(models, row)}: the name {name!r} becomes part of column names; write it in "
                "lower case letters, digits and underscores"
            )
    for purpose in PURPOSES:
        if not any(row["agreed_for"] == purpose for row in models.rows):
            yield (
                f"{models.file}: no model is agreed for {purpose}; give one row "
                f"agreed_for = {purpose}"
            )


def _sum_problems(name: str, own: Sequence[Row], weights: Seed) -> Iterator[str]:
    total = Decimal(0)
    for row in own:
        try:
            weight = Decimal(row["weight"])
        except InvalidOperation:
            return  # said where the types are
        if weight < 0 or weight > 1 or weight * 10000 % 1:
            yield (
                f"{_at(weights, row)}: the weight of {row['milestone']} is {row['weight']}; give 0 "
                "to 1 with at most four decimals"
            )
        total += weight
    for rows in _by_milestone(own).values():
        if len(rows) > 1:
            told = f"{name} has two weights for {rows[0]['milestone']}"
            yield f"{_at(weights, *rows)}: {told}; keep one"
    if total != 1:
        yield (
            f"{_at(weights, *own)}: the weights of {name} add up to {total.normalize():f}, not to "
            "1; mend one of them"
        )


def _by_milestone(own: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in own:
        groups[row["milestone"]].append(row)
    return groups
