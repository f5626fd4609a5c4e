"""What a guard can ask of a table: each rule is one function that writes one question in SQL.

A question is answered by one row: how many rows were looked at, how many are wrong, whether that is
within the limit, what was seen where it is not a count, and the smallest keys of wrong rows. It
never selects another value of a row, as that may be personal data.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from touchstone.checks.tables import LACKING, UNREADABLE, VERSION, Guarded
from touchstone.load.files import quoted

SAMPLE_KEYS = 5
# Fewer rows than this in the usual month say nothing about the next one.
ENOUGH_ROWS = 20
ENOUGH_PERIODS = 4
# A value scaled to a normal distribution's deviation from its median.
MAD_TO_DEVIATION = 1.4826
ADDRESS = "[^ ](@|%(25)*40)[^ ]"


@dataclass(frozen=True)
class World:
    """What a rule may know beside its table."""

    tables: Mapping[str, Guarded]
    as_of: datetime.date
    today: datetime.date
    has_definitions: bool = True


@dataclass(frozen=True)
class Question:
    """One SQL question and the limit it asks about, in words."""

    sql: str
    limit: str


class NotThereError(Exception):
    """The table or a column that the guard speaks of is not there: nothing to guard."""


class NotMeantError(Exception):
    """A guard of every table has nothing to ask of this one."""


Parameters = Mapping[str, str]
Ask = Callable[[Guarded, Parameters, World], Question]


@dataclass(frozen=True)
class Rule:
    """A rule, the parameters it takes and what to do when it is broken."""

    ask: Ask
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    next_step: str


RULES: dict[str, Rule] = {}


def rule(*needs: str, takes: tuple[str, ...] = (), next_step: str) -> Callable[[Ask], Ask]:
    """Register a function as the rule of its name."""

    def register(ask: Ask) -> Ask:
        common = ("where", "share_at_most", "except")
        RULES[ask.__name__] = Rule(ask, needs, (*takes, *common), next_step)
        return ask

    return register


# What comes in


@rule(next_step="look at the loader or the mapping: the table was not delivered, or without rows")
def delivered(table: Guarded, parameters: Parameters, world: World) -> Question:
    """A table without which no report has a row is there and has rows."""
    if not table.is_required:
        raise NotMeantError("no report needs it to have a row")
    if table.rows is None:
        sql = "select 1, 1, false, 'no such table', cast(null as varchar)"
    else:
        sql = (
            "select 1, case when count(*) = 0 then 1 else 0 end, count(*) > 0, "
            f"count(*) || ' rows', cast(null as varchar) from {table.landed}"
        )
    return Question(sql, "at least 1 row")


@rule(next_step="give the column in the mapping or the loader; until then its rows are quarantined")
def columns(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The columns that every row must fill have landed."""
    needed = table.required  # what else is in a key may be empty: the rest of the key is one
    lacking = [name for name in needed if name in table.missing]
    optional = sorted(table.missing - set(needed))
    said = f"lacks {', '.join(lacking)}" if lacking else "all needed"
    if optional:
        said += f"; not delivered and read as empty: {', '.join(optional)}"
    sql = (
        f"select {len(table.columns)}, {len(lacking)}, {_truth(not lacking)}, "
        f"{_text(said)}, {_text(', '.join(lacking))}"
    )
    return Question(sql, f"all of {', '.join(needed)}")


@rule(next_step="see quality.quarantined_rows; say in the mapping how the values are written")
def types(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Values can be read in the type of the contract."""
    return _judge(table, UNREADABLE, parameters)


@rule(next_step="see quality.quarantined_rows; ask the owner of the source to fill the field")
def required(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Columns in which every row must have a value have one."""
    if lacking := [name for name in table.required if name in table.missing]:
        raise NotThereError(f"no column {', '.join(lacking)}")
    return _judge(table, LACKING, parameters)


@rule(next_step="deliver a column that says which row is newer, or remove the doubled rows")
def keys(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Of different rows with one key, something says which is the newest."""
    order = [table.latest_by] if table.latest_by and table.latest_by not in table.missing else []
    groups = ", ".join(quoted(name) for name in (*table.key, *order, VERSION))
    whole = ", ".join(quoted(name) for name in table.columns)
    sql = (
        f"select count(*), count(*) filter (where is_bad), {_within(parameters, 'is_bad')}, "
        f"cast(null as varchar), {_keys('is_bad')} from ("
        f"select min({table.row_key}) as row_key, count(distinct hash({whole})) > 1 as is_bad "
        f"from {_looked_at(table)} where {quoted(table.key[0])} is not null and "
        f"{parameters.get('where', 'true')} group by {groups}) as keyed"
    )
    return Question(sql, _limit(parameters))


@rule(
    "column",
    "days",
    next_step="see whether the loader of this source still runs; later figures lack its rows",
)
def fresh(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The newest value of a day is not older than so many days before the newest of all data."""
    column = _column(table, parameters["column"])
    oldest = world.as_of - datetime.timedelta(days=int(parameters["days"]))
    newest = f"max(cast({column} as date)) filter (where {column} <= {_day(world.today, 1)})"
    sql = (
        f"select count({column}), case when {newest} < {_day(oldest)} then 1 else 0 end, "
        f"coalesce({newest} >= {_day(oldest)}, true), 'newest ' || {newest}, "
        f"cast(null as varchar) from {_looked_at(table)} where {parameters.get('where', 'true')}"
    )
    return Question(sql, f"{oldest} or later ({parameters['days']} days before {world.as_of})")


@rule(
    "column",
    takes=("days", "at_least", "at_most", "enough"),
    next_step="compare with the source: a part was not delivered, or was delivered twice",
)
def volume(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The newest days brought as many rows as usual: their median over the spans before."""
    column = _column(table, parameters["column"])
    days = int(parameters.get("days", 28))
    low, high = (float(parameters.get(name, usual)) for name, usual in _VOLUME.items())
    enough = int(parameters.get("enough", ENOUGH_ROWS))
    sql = f"""
        with
        dated as (
            select cast({column} as date) as day from {_looked_at(table)}
            where {column} <= {_day(world.today, 1)} and {parameters.get("where", "true")}
        ),
        newest as (select max(day) as day from dated),
        spans as (
            select cast(floor((newest.day - dated.day) / {days}) as bigint) as span, count(*) as n
            from dated cross join newest
            where newest.day - dated.day < {days * 7}
            group by 1
        ),
        reach as (
            select least(6, (max(newest.day) - min(dated.day) + 1) // {days} - 1) as spans
            from dated cross join newest
        ),
        judged as (
            select
                (select count(*) from dated) as seen,
                coalesce(max(n) filter (where span = 0), 0) as latest,
                coalesce(median(n) filter (where span between 1 and (select spans from reach)), 0)
                    as usual,
                (select spans from reach) as spans
            from spans
        )
        select
            seen,
            case when is_held then 0 else 1 end,
            is_held,
            latest || ' rows in the newest {days} days, usually ' || cast(usual as bigint),
            cast(null as varchar)
        from (
            select
                *,
                coalesce(
                    usual < {enough} or spans < {ENOUGH_PERIODS}
                    or latest between usual * {low} and usual * {high},
                    true
                ) as is_held
            from judged
        ) as held
    """
    return Question(sql, f"{low:g} to {high:g} times the usual number")


_VOLUME = {"at_least": 0.25, "at_most": 4}


@rule(
    "column",
    takes=("at_least", "at_most"),
    next_step="correct the values at the source, or the unit in the mapping",
)
def between(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Values are within a range."""
    column = _column(table, parameters["column"])
    bounds = []
    if "at_least" in parameters:
        bounds.append(f"{column} < {parameters['at_least']}")
    if "at_most" in parameters:
        bounds.append(f"{column} > {parameters['at_most']}")
    limits = [parameters.get("at_least", "any"), parameters.get("at_most", "any")]
    return _judge(table, _any_of(bounds), parameters, limit=" to ".join(limits))


@rule(
    "column",
    next_step="are they shares of one? multiply them by 100: in the mapping (`multiply_by: 100`), "
    "or in a view that the project reads as its source",
)
def per_cent(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Values are per cent: where some lie between 0 and 1, others are above 1."""
    column = _column(table, parameters["column"])
    is_share = f"{column} > 0 and {column} < 1 and max({column}) over () <= 1"
    return _judge(table, is_share, parameters, limit="some value above 1")


@rule(
    "column",
    takes=("enough", "spread"),
    next_step="load those days again: a part of them was not delivered",
)
def daily(table: Guarded, parameters: Parameters, world: World) -> Question:
    """None of the newest four weeks' days brought less than half of what is usual.

    Usual is the median of that weekday in the eight weeks before. A day is far from it when it is
    `spread` times as far as those days are from each other, or as chance alone would have them
    (the square root of a count). The newest day of all is still being delivered.
    """
    column = _column(table, parameters["column"])
    enough = int(parameters.get("enough", ENOUGH_ROWS))
    spread = float(parameters.get("spread", 3))
    sql = f"""
        with
        dated as (
            select cast({column} as date) as day from {_looked_at(table)}
            where {column} < {_day(world.today, 1)} and {parameters.get("where", "true")}
        ),
        newest as (select max(day) as day, min(day) as first_day from dated),
        counted as (select day, count(*) as n from dated group by 1),
        asked as (
            select
                newest.day - cast(back as integer) as day,
                week,
                newest.day - cast(back + 7 * week as integer) as counted_day
            from newest, range(1, 29) as days (back), range(0, 9) as weeks (week)
            where newest.day - cast(back + 7 * week as integer) >= newest.first_day
        ),
        weekdays as (
            select asked.day, asked.week, coalesce(counted.n, 0) as n
            from asked left join counted on asked.counted_day = counted.day
        ),
        usual as (
            select day, median(n) as usual, mad(n) * {MAD_TO_DEVIATION} as distance
            from weekdays where week > 0 group by 1 having count(*) >= {ENOUGH_PERIODS}
        ),
        judged as (
            select
                cast(day as varchar) as row_key, n, usual,
                usual >= {enough} and n * 2 < usual
                and usual - n > {spread} * greatest(distance, sqrt(usual)) as is_bad
            from weekdays inner join usual using (day) where week = 0
        )
        select
            (select count(*) from dated), count(*) filter (where is_bad), not bool_or(is_bad),
            coalesce(
                min(row_key || ': ' || n || ' rows, usually ' || cast(usual as bigint))
                filter (where is_bad),
                count(*) || ' days'
            ),
            {_keys("is_bad")}
        from judged having count(*) > 0
        union all
        select (select count(*) from dated), 0, true, 'too few weeks to know', null
        where not exists (select 1 from judged)
    """
    return Question(sql, "half of the usual number of the weekday")


@rule("column", next_step="correct the clock or the dates at the source")
def past(table: Guarded, parameters: Parameters, world: World) -> Question:
    """What has happened has a day that is not after the day of the check."""
    column = _column(table, parameters["column"])
    latest = world.today + datetime.timedelta(days=1)
    return _judge(table, f"{column} >= {_day(latest, 1)}", parameters, limit=f"until {latest}")


@rule(
    "column",
    takes=("values", "listed_in"),
    next_step="add the value to the definition, or correct it at the source",
)
def one_of(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Values are known: named here, or listed in a definition (however they were typed)."""
    column = _column(table, parameters["column"])
    if "listed_in" in parameters:
        listed, _, name = parameters["listed_in"].rpartition(".")
        if not world.has_definitions:
            raise NotThereError(f"no {listed} before the first build")
        known = f"select {_label(quoted(name))} from {listed}"
        bad = f"{column} is not null and {_label(column)} not in ({known})"
        return _judge(table, bad, parameters, limit=f"listed in {listed}")
    values = parameters["values"].split("|")
    known = ", ".join(_text(value) for value in values)
    return _judge(table, f"{column} not in ({known})", parameters, limit=", ".join(values))


@rule("column", next_step="ask the owner of the source to fill the field, or map another column")
def filled(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Few rows lack a value; a column that is not delivered at all lacks it in each."""
    name = parameters["column"]
    limit = f"{name} is not delivered" if name in table.missing else None
    return _judge(table, f"{quoted(name)} is null", parameters, limit=limit)


@rule("column", "to", next_step="load the table it refers to in full: rows may be missing there")
def refers(table: Guarded, parameters: Parameters, world: World) -> Question:
    """What a row points to is there."""
    column = _column(table, parameters["column"])
    label, _, name = parameters["to"].rpartition(".")
    target = world.tables[label]
    if target.rows is None:
        raise NotThereError(f"no table {label}")
    found = f"select {_plain_id(quoted(name))} from {_looked_at(target)}"
    bad = f"{_plain_id(column)} not in ({found} where {quoted(name)} is not null)"
    return _judge(table, f"{column} is not null and {bad}", parameters, limit=f"ids of {label}")


@rule("column", takes=("spread",), next_step="look at the deals named: a slipped comma, a currency")
def usual_size(table: Guarded, parameters: Parameters, world: World) -> Question:
    """No value is out of all proportion: on a log scale, far from the median by usual spreads."""
    column = _column(table, parameters["column"])
    spread = float(parameters.get("spread", 8))
    size = f"ln(cast({column} as double))"
    positive = f"{column} > 0 and {parameters.get('where', 'true')}"
    sized = f"select median({size}) as usual from {_looked_at(table)} where {positive}"
    deviation = (
        f"select greatest(median(abs({size} - usual)) * {MAD_TO_DEVIATION}, 0.25) "
        f"as usual_distance, any_value(usual) as usual "
        f"from {_looked_at(table)} cross join ({sized}) where {positive}"
    )
    scored = (
        f"(select {table.row_key} as row_key, "
        f"abs({size} - usual) > {spread} * usual_distance as is_bad "
        f"from {_looked_at(table)} cross join ({deviation}) as spreads where {positive})"
    )
    return Question(_answer(scored, parameters), f"within {spread:g} usual distances of the median")


@rule("by", "start", "end", next_step="mend the rates: days without one, or with two")
def no_gap(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Spans of one thing follow each other without a gap and without an overlap."""
    by, start, end = (_column(table, parameters[name]) for name in ("by", "start", "end"))
    spans = (
        f"(select {table.row_key} as row_key, coalesce({end} is distinct from "
        f"lead({start}) over (partition by {by} order by {start}), false) as is_bad "
        f"from {_looked_at(table)})"
    )
    return Question(_answer(spans, parameters), _limit(parameters))


# What goes in or out


@rule("condition", next_step="look at the rows named; the definition says what they break")
def holds(table: Guarded, parameters: Parameters, world: World) -> Question:
    """A condition that is true of every row, or of all but a share."""
    _all_there(table, parameters["condition"])
    return _judge(table, f"not ({parameters['condition']})", parameters)


# What goes out


@rule(next_step="see quality.source_rows: what the company lacks; build again: touchstone build")
def has_rows(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The table has rows."""
    sql = (
        "select 1, case when count(*) = 0 then 1 else 0 end, count(*) > 0, "
        f"count(*) || ' rows', cast(null as varchar) from {_looked_at(table)}"
    )
    return Question(sql, "at least 1 row")


@rule(next_step="the model computes a part of another whole than it says: mend its SQL")
def rates(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Every rate and every share, which its name tells, is between 0 and 1."""
    named = _named(table, ("_rate", "_share"))
    bad = [f"{name} < 0 or {name} > 1" for name in named]
    return _judge(table, _any_of(bad), parameters, limit="0 to 1")


@rule(next_step="nothing is counted below zero: mend the SQL of the model")
def counts(table: Guarded, parameters: Parameters, world: World) -> Question:
    """Every count, which its name tells, is 0 or more."""
    bad = [f"{name} < 0" for name in _named(table, ("_count",))]
    return _judge(table, _any_of(bad), parameters, limit="0 or more")


@rule(next_step="the period of the row is wrong: a report by month would lose or double it")
def periods(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The first day of a month, a quarter or a year is one."""
    bad = []
    for name in _named(table, tuple(f"{span}_start_date" for span in _SPANS)):
        span = next(span for span in _SPANS if name.endswith(f'{span}_start_date"'))
        # a fiscal period starts when finance says, a half year is no span of date_trunc
        if not name.startswith(('"half_year_', '"fiscal_')):
            bad.append(f"{name} <> cast(date_trunc('{span}', {name}) as date)")
    return _judge(table, _any_of(bad), parameters, limit="a first day")


_SPANS = ("month", "quarter", "year")


@rule(next_step="find where the text comes from and hash it in staging, then rebuild the table")
def no_addresses(table: Guarded, parameters: Parameters, world: World) -> Question:
    """No text holds an e-mail address."""
    texts = [quoted(name) for name, kind in table.columns.items() if kind == "varchar"]
    # to look for an @ or a % is far cheaper than the pattern, and few texts have one
    bad = [
        f"case when contains({text}, '@') or contains({text}, '%') "
        f"then regexp_matches({text}, '{ADDRESS}') else false end"
        for text in texts
    ]
    if not bad:
        raise NotMeantError("no column of text")
    return _judge(table, _any_of(bad), parameters, limit="no address")


@rule(
    "by",
    "value",
    "to",
    "equals",
    takes=("to_where",),
    next_step="find what was lost or doubled between the two tables, by the keys named",
)
def adds_up(table: Guarded, parameters: Parameters, world: World) -> Question:
    """For every key the sum here is the sum there, to the cent."""
    other = world.tables[parameters["to"]]
    if other.rows is None:
        raise NotThereError(f"no table {other.label}")
    by = parameters["by"]
    here = (
        f"select {by} as by_key, {parameters['value']} as total from {_looked_at(table)} "
        f"where {parameters.get('where', 'true')} group by all"
    )
    there = (
        f"select {by} as by_key, {parameters['equals']} as total from {_looked_at(other)} "
        f"where {parameters.get('to_where', 'true')} group by all"
    )
    compared = (
        "(select cast(coalesce(here.by_key, there.by_key) as varchar) as row_key, "
        "coalesce(here.total, 0) <> coalesce(there.total, 0) as is_bad "
        f"from ({here}) as here full join ({there}) as there "
        "on here.by_key is not distinct from there.by_key)"
    )
    return Question(_answer(compared, parameters), f"the sum in {other.label}")


@rule(
    "month",
    "value",
    takes=("by", "spread"),
    next_step="see what changed in that month: a campaign, a lost source, a renamed status",
)
def drift(table: Guarded, parameters: Parameters, world: World) -> Question:
    """The last whole month is not further from the usual one than months usually are.

    Usual is the median of the twelve months before; a distance is at least a quarter of it, so that
    a steady series does not cry over little. A fall to less than a tenth is far for a series that
    is no wilder than a third of it.
    """
    month, by = parameters["month"], parameters.get("by", "'all'")
    spread = float(parameters.get("spread", 5))
    first = world.as_of.replace(day=1)
    if (world.as_of + datetime.timedelta(days=1)).day != 1:
        first = (first - datetime.timedelta(days=1)).replace(day=1)
    sql = f"""
        with
        months as (
            select cast(unnest(generate_series(
                date '{first}' - interval 12 month, date '{first}', interval 1 month
            )) as date) as month
        ),
        found as (
            select cast({month} as date) as month, cast({by} as varchar) as slice,
                cast({parameters["value"]} as double) as total
            from {_looked_at(table)} where {parameters.get("where", "true")} group by 1, 2
        ),
        series as (
            select slices.slice, months.month, coalesce(found.total, 0) as total
            from (select slice, min(month) as first_month from found group by 1) as slices
            inner join months on months.month >= slices.first_month
            left join found on found.slice = slices.slice and found.month = months.month
        ),
        usual as (
            select slice, median(total) as middle, count(*) as months
            from series where month < date '{first}' group by 1
        ),
        spread as (
            select series.slice, any_value(middle) as middle, any_value(months) as months,
                median(abs(total - middle)) * {MAD_TO_DEVIATION} as distance
            from series inner join usual using (slice) where month < date '{first}' group by 1
        ),
        judged as (
            select slice as row_key, total, middle,
                months >= {ENOUGH_PERIODS} and abs(middle) >= {ENOUGH_ROWS}
                and (
                    abs(total - middle) > {spread} * greatest(distance, abs(middle) / 4)
                    or (total * 10 < middle and middle - total > 3 * distance)
                ) as is_bad
            from series inner join spread using (slice) where month = date '{first}'
        )
        select count(*), count(*) filter (where is_bad), {_within(parameters, "is_bad")},
            coalesce(
                max(row_key || ': ' || round(total, 1) || ', usually ' || round(middle, 1))
                filter (where is_bad),
                count(*) || ' series in {first:%Y-%m}'
            ),
            {_keys("is_bad")}
        from judged
    """
    return Question(sql, f"within {spread:g} usual distances of the usual month")


# The parts of questions


def _judge(table: Guarded, bad: str, parameters: Parameters, limit: str | None = None) -> Question:
    judged = (
        f"(select {table.row_key} as row_key, coalesce({bad}, false) as is_bad "
        f"from {_looked_at(table)} where {parameters.get('where', 'true')})"
    )
    words = _limit(parameters)
    return Question(_answer(judged, parameters), f"{limit}; {words}" if limit else words)


def _answer(judged: str, parameters: Parameters) -> str:
    return (
        f"select count(*), count(*) filter (where is_bad), {_within(parameters, 'is_bad')}, "
        f"cast(null as varchar), {_keys('is_bad')} from {judged} as judged"
    )


def _within(parameters: Parameters, bad: str) -> str:
    share = float(parameters.get("share_at_most", 0))
    return f"count(*) filter (where {bad}) <= {share} * count(*)"


def _keys(bad: str) -> str:
    # the smallest keys, which takes no memory to speak of however many are wrong
    return f"array_to_string(min(row_key, {SAMPLE_KEYS}) filter (where {bad}), ', ')"


def _limit(parameters: Parameters) -> str:
    share = float(parameters.get("share_at_most", 0))
    return f"at most {100 * share:g} % of rows" if share else "no row"


def _looked_at(table: Guarded) -> str:
    if table.rows is None:
        raise NotThereError("no such table")
    return f"{table.rows} as looked_at"


def _column(table: Guarded, name: str) -> str:
    if name in table.missing:
        raise NotThereError(f"no column {name}")
    return quoted(name)


def _named(table: Guarded, endings: tuple[str, ...]) -> list[str]:
    found = [quoted(name) for name in table.columns if name.endswith(endings)]
    if not found:
        raise NotMeantError(f"no column that ends in {' or '.join(endings)}")
    return found


def _all_there(table: Guarded, condition: str) -> None:
    for name in table.missing:
        if re.search(rf"\b{re.escape(name)}\b", condition):
            raise NotThereError(f"no column {name}")


def _any_of(conditions: Iterable[str]) -> str:
    return " or ".join(f"({condition})" for condition in conditions) or "false"


def _label(value: str) -> str:
    """Return a value typed by hand in the form of the definitions, as macros/label.sql."""
    return f"coalesce(nullif(trim(translate(lower({value}), '_.', ' ')), ''), '(none)')"


def _plain_id(value: str) -> str:
    """Return an id of a CRM in 15 characters, so that both of its spellings are equal."""
    text = f"cast({value} as varchar)"
    return f"case when length({text}) = 18 then left({text}, 15) else {text} end"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _day(day: datetime.date, more: int = 0) -> str:
    return f"date '{day + datetime.timedelta(days=more)}'"
