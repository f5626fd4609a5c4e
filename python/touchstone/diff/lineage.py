"""Which columns a column is made of, and whether two SQL texts say the same of it.

Each model's SQL is followed through its CTEs, subqueries and unions. Of every column it is told
which columns of which tables its value comes from, and a signature: a hash of its expression in
which names of CTEs and aliases do not count. The rows of a model (which there are, not what is in
them) are followed the same way, under the column name "". A LEFT JOIN decides no rows: that its
right side has one row per key is what uniqueness tests guard.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import Schema

ROWS = ""
Node = tuple[str, str]  # (schema.table, column); (schema.table, "") are its rows
Sources = Mapping[str, "Followed"]


@dataclass(frozen=True)
class Part:
    """A column, or the rows: how it is computed and from what."""

    signature: str
    reads: frozenset[Node]


@dataclass(frozen=True)
class Followed:
    """What a query yields."""

    columns: Mapping[str, Part]
    rows: Part
    is_opaque: bool = False  # SQL that could not be followed: any column may come from any

    def part(self, column: str) -> Part:
        """Return a column by its name in lower case; of an unknown one, the rows."""
        return self.columns.get(column.lower(), self.rows)


@dataclass
class _Read:
    """What an expression refers to, gathered on the way."""

    reads: set[Node] = field(default_factory=set)


def follow(sql: str, schema: Schema) -> Followed:
    """Follow one model's SQL; `schema` knows the columns of the tables that it reads."""
    try:
        parsed = sqlglot.parse_one(sql, dialect="duckdb")
        qualified = qualify(
            parsed,
            schema=schema,
            dialect="duckdb",
            validate_qualify_columns=False,
            quote_identifiers=False,
        )
        return _query(qualified, {})
    except (SqlglotError, RecursionError, KeyError):
        tables = {
            _name(table) for table in sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Table)
        }
        reads = frozenset((table, ROWS) for table in tables if "." in table)
        return Followed({}, Part(_hash("opaque", sql), reads), is_opaque=True)


def _query(query: Any, known: Mapping[str, Followed], outer: Sources | None = None) -> Followed:
    if isinstance(query, exp.Subquery):
        return _query(query.this, known, outer)
    scope = dict(known)
    for cte in query.ctes:
        name = cte.alias.lower()
        if isinstance(cte.this, exp.SetOperation) and _names_itself(cte.this, name):
            scope[name] = _placeholder(cte.this, name, scope)
        scope[name] = _query(cte.this, scope, outer)
    if isinstance(query, exp.SetOperation):
        return _union(query, scope, outer)
    if isinstance(query, exp.Select):
        return _select(query, scope, outer or {})
    return _table_source(query, scope)


def _names_itself(query: Any, name: str) -> bool:
    return any(table.name.lower() == name and not table.db for table in query.find_all(exp.Table))


def _placeholder(query: Any, name: str, known: Mapping[str, Followed]) -> Followed:
    """Stand for a recursive CTE inside itself: what its first half yields."""
    first = query.left
    while isinstance(first, exp.SetOperation):
        first = first.left
    return _query(first, known)


def _union(query: Any, known: Mapping[str, Followed], outer: Sources | None) -> Followed:
    left, right = _query(query.left, known, outer), _query(query.right, known, outer)
    kind = f"{query.key} {query.args.get('distinct')}"
    pairs = zip(left.columns.items(), right.columns.values(), strict=False)
    columns = {name: _joined(kind, one, other) for (name, one), other in pairs}
    return Followed(
        columns, _joined(kind, left.rows, right.rows), left.is_opaque or right.is_opaque
    )


def _select(query: exp.Select, known: Mapping[str, Followed], outer: Sources) -> Followed:
    sources: dict[str, Followed] = dict(outer)
    rows: list[str] = []
    reads: set[Node] = set()
    begin = query.args.get("from_") or query.args.get("from")
    joins = query.args.get("joins") or []
    places = [(begin.this, None)] if begin else []
    for place, join in [*places, *((one.this, one) for one in joins)]:
        source = _source(place, known, sources)
        name = (place.alias_or_name or "").lower()
        if join is None:
            sources[name] = source
            rows.append(source.rows.signature)
            reads |= source.rows.reads
            continue
        on, told = _told([join.args.get("on")], {**sources, name: source}, known)
        kind = f"{join.side} {join.kind}".strip().upper()
        if join.side.upper() == "LEFT":
            matched = Part(
                _hash(kind, on, source.rows.signature), frozenset(told | source.rows.reads)
            )
            sources[name] = _within(source, matched)
            continue
        sources[name] = source
        rows += [kind, on, source.rows.signature]
        reads |= told | source.rows.reads
    for lateral in query.args.get("laterals") or []:
        text, told = _told([lateral.this], sources, known)
        rows.append(text)
        reads |= told
    filters = [query.args.get(name) for name in ("where", "group", "having", "qualify", "distinct")]
    if query.args.get("limit"):
        filters += [query.args.get("order"), query.args["limit"], query.args.get("offset")]
    text, told = _told(filters, sources, known)
    windows, _ = _told(query.args.get("windows") or [], sources, known)
    rows.append(text)
    reads |= told
    columns = {}
    for projection in query.selects:
        shown, told = _told([projection.unalias()], sources, known)
        named = windows if any(one.alias for one in projection.find_all(exp.Window)) else ""
        columns[projection.alias_or_name.lower()] = Part(_hash(shown, named), frozenset(told))
    if windows:
        _, told = _told(query.args["windows"], sources, known)
        columns = {name: Part(part.signature, part.reads | told) for name, part in columns.items()}
    opaque = any(source.is_opaque for source in sources.values())
    return Followed(columns, Part(_hash(*rows), frozenset(reads)), opaque)


def _source(place: Any, known: Mapping[str, Followed], sources: Sources) -> Followed:
    if isinstance(place, exp.Subquery | exp.Query):
        return _query(place, known, sources)
    if isinstance(place, exp.Table):
        return _table_source(place, known)
    # VALUES, UNNEST, a table function: what it is made of decides rows and columns alike
    text, told = _told([place], sources, known)
    return Followed({}, Part(_hash(text), frozenset(told)))


def _table_source(place: Any, known: Mapping[str, Followed]) -> Followed:
    if not isinstance(place, exp.Table):
        text, told = _told([place], {}, known)
        return Followed({}, Part(_hash(text), frozenset(told)))
    if not place.db and place.name.lower() in known:
        return known[place.name.lower()]
    table = _name(place)
    return _Table(table) if "." in table else Followed({}, Part(_hash(place.sql()), frozenset()))


class _Table(Followed):
    """A table of the warehouse: each column is itself."""

    def __init__(self, name: str) -> None:
        super().__init__({}, Part(name, frozenset({(name, ROWS)})))
        object.__setattr__(self, "name", name)

    def part(self, column: str) -> Part:
        """Return a column."""
        name: str = self.__dict__["name"]
        return Part(f"{name}.{column.lower()}", frozenset({(name, column.lower())}))


def _within(source: Followed, joined: Part) -> Followed:
    """Return the right side of a LEFT JOIN: whether there is a match is part of each column."""
    return _Matched(source, joined)


class _Matched(Followed):
    def __init__(self, source: Followed, joined: Part) -> None:
        super().__init__({}, joined, source.is_opaque)
        object.__setattr__(self, "source", source)

    def part(self, column: str) -> Part:
        """Return a column, with what decides the match."""
        source: Followed = self.__dict__["source"]
        return _joined("matched", source.part(column), self.rows)


def _told(
    expressions: Iterable[Any], sources: Sources, known: Mapping[str, Followed]
) -> tuple[str, set[Node]]:
    """Return expressions as text without names of sources, and what they read."""
    found = _Read()
    texts = [
        "" if expression is None else _text(expression.copy(), sources, known, found)
        for expression in expressions
    ]
    return "\n".join(texts), found.reads


def _text(expression: Any, sources: Sources, known: Mapping[str, Followed], found: _Read) -> str:
    def replaced(node: Any) -> Any:
        if isinstance(node, exp.Column):
            source = sources.get((node.table or "").lower())
            if source is None:
                return node
            part = source.part(node.name)
            found.reads |= part.reads
            return exp.Literal.string(part.signature)
        if isinstance(node, exp.Query | exp.Subquery) and not isinstance(node, exp.Table):
            inner = _query(node, known, sources)
            parts = [*inner.columns.values(), inner.rows]
            for part in parts:
                found.reads |= part.reads
            return exp.Literal.string(_hash(*(part.signature for part in parts)))
        return node

    changed = expression.transform(replaced, copy=False)
    return str(changed.sql(dialect="duckdb", comments=False))


def _joined(kind: str, one: Part, other: Part) -> Part:
    return Part(_hash(kind, one.signature, other.signature), one.reads | other.reads)


def _name(table: exp.Table) -> str:
    return f"{table.db}.{table.name}".lower() if table.db else table.name.lower()


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
