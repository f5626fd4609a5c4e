"""The public tables of published numbers: their columns, what is said of them, and their SQL."""

from collections.abc import Mapping

import duckdb

from touchstone.locks.numbers import CREDIT_DIMENSION, NUMBER
from touchstone.metrics.values import COLUMNS, COMMENTS, TABLE, TOTAL

VALUES = TABLE
RESTATEMENTS = "quality.restatements"
CREDITS_BY_MONTH = "quality.published_credits_by_month"
KEY = "metric, grain, period_start_date, dimension, member"

VALUE_COMMENTS: Mapping[str, str] = {
    **COMMENTS,
    "value": "Of a locked period as it was agreed. Empty where the denominator is 0.",
    "version_number": "Of the metric; of a locked number the version it was agreed with.",
    "is_locked": "True when the value was agreed for good (touchstone lock).",
    "locked_period": "The locked period it belongs to, such as 2025-Q3.",
    "locked_date": "Day on which the value was agreed.",
    "revision_number": "1, or that of the restatement that published it.",
    "computed_value": "What data and definitions of this build make of it, locked or not.",
    "previous_value": "What was published before the last restatement of this number.",
}
CREDIT_COMMENTS: Mapping[str, str] = {
    "": "One row per month, attribution scope, model and channel: credit as published. Of a locked "
    "period it is what was agreed, of others what attribution.model_credits_by_month has. Models "
    "must never be added together.",
    "credited_amount": "Of a locked period as it was agreed.",
    "is_locked": "True when the amount was agreed for good (touchstone lock).",
    "computed_amount": "What data and definitions of this build make of it, locked or not.",
    "previous_amount": "What was published before the last restatement.",
}
RESTATEMENT_COMMENTS: Mapping[str, str] = {
    "": "One row per number of a locked period that today is another than was agreed (status kept: "
    "the agreed one is published) or that was published anew (status restated).",
    "status": "kept or restated.",
    "revision_number": "Of a kept number the revision that is published; of a restated one the "
    "revision that replaced it.",
    "published_value": "As agreed; of a restated number as it was published before.",
    "computed_value": "What data and definitions of this build make of it; of a restated number "
    "what has been published since.",
    "difference": "Computed less published. Of metrics that add up, a year is the sum of its "
    "published months and of the differences of those that are kept.",
    "difference_share": "Of the published value; empty when that was 0.",
    "changed_row_count": "Rows behind the number (deals, lead cycles, touches, costs) that count "
    "otherwise now. Empty, like the two after it, when this warehouse was made after the lock or "
    "the metric is not defined any more: then nobody can say which rows they are.",
    "added_row_count": "Rows that did not count then.",
    "gone_row_count": "Rows that do not count any more.",
    "largest_changes": "The rows that moved the number most, by key: what each added then and now.",
    "changed_definitions": "Definitions and settings that reach the number and differ from those "
    "it was agreed with.",
}

VALUE_COLUMNS = f"""
    {COLUMNS.strip()},
    is_locked boolean not null,
    locked_period varchar,
    locked_date date,
    revision_number integer,
    computed_value {NUMBER},
    computed_numerator {NUMBER},
    computed_denominator {NUMBER},
    previous_value {NUMBER}
"""

VALUES_SQL = f"""
    insert into {VALUES}
    select
        metric,
        label,
        unit,
        version_number,
        grain,
        period_start_date,
        dimension,
        member,
        value,
        numerator,
        denominator,
        true as is_locked,
        period as locked_period,
        locked_date,
        revision_number,
        computed_value,
        computed_numerator,
        computed_denominator,
        previous_value
    from lock_cells
    where dimension <> '{CREDIT_DIMENSION}'
    union all
    select
        lock_computed.*,
        false as is_locked,
        null as locked_period,
        null as locked_date,
        null as revision_number,
        value as computed_value,
        numerator as computed_numerator,
        denominator as computed_denominator,
        null as previous_value
    from lock_computed
    anti join lock_cells using ({KEY})
    where dimension <> '{CREDIT_DIMENSION}'
    order by {KEY}
"""

RESTATEMENT_COLUMNS = f"""
    status varchar not null,
    locked_period varchar not null,
    revision_number integer not null,
    metric varchar not null,
    unit varchar,
    grain varchar not null,
    period_start_date date not null,
    dimension varchar not null,
    member varchar not null,
    published_value {NUMBER},
    computed_value {NUMBER},
    difference {NUMBER},
    difference_share {NUMBER},
    published_numerator {NUMBER},
    published_denominator {NUMBER},
    computed_numerator {NUMBER},
    computed_denominator {NUMBER},
    changed_row_count bigint,
    added_row_count bigint,
    gone_row_count bigint,
    largest_changes varchar,
    changed_definitions varchar
"""

RESTATEMENTS_SQL = f"""
    insert into {RESTATEMENTS}
    with moved as (
        select
            'kept' as status,
            period,
            revision_number,
            unit,
            {KEY},
            value as published_value,
            computed_value,
            numerator as published_numerator,
            denominator as published_denominator,
            computed_numerator,
            computed_denominator,
            changed_row_count,
            added_row_count,
            gone_row_count,
            largest_changes,
            changed_definitions
        from lock_moved
        left join lock_explained using (cell_id)
        left join lock_changed_definitions using (period, metric, is_cut)
        union all
        select
            'restated' as status,
            period,
            revision_number,
            unit,
            {KEY},
            coalesce(previous_value, case when is_additive then 0 end) as published_value,
            coalesce(value, case when is_additive then 0 end) as computed_value,
            previous_numerator as published_numerator,
            previous_denominator as published_denominator,
            numerator as computed_numerator,
            denominator as computed_denominator,
            changed_row_count,
            added_row_count,
            gone_row_count,
            largest_changes,
            changed_definitions
        from lock_published
        where revision_number > 1
    )

    select
        status,
        period as locked_period,
        revision_number,
        metric,
        unit,
        grain,
        period_start_date,
        dimension,
        member,
        published_value,
        computed_value,
        computed_value - published_value as difference,
        cast((computed_value - published_value) / nullif(abs(published_value), 0) as {NUMBER}),
        published_numerator,
        published_denominator,
        computed_numerator,
        computed_denominator,
        changed_row_count,
        added_row_count,
        gone_row_count,
        largest_changes,
        changed_definitions
    from moved
    order by status, period, revision_number, {KEY}
"""


def _both(column: str, value: str, without: str, money: str) -> str:
    """Return the two measures of credit as columns: they stand in rows below each other."""
    names = {"credited_deal_count": "decimal(18, 9)", "credited_amount": money}
    return ",\n        ".join(
        f"cast(coalesce(max({value}) filter (metric = '{name}'), {without}) as {kind}) "
        f"as {name.replace('credited', column)}"
        for name, kind in names.items()
    )


def _credits_sql(money: str) -> str:
    return f"""
    create or replace table {CREDITS_BY_MONTH} as
    with numbers as (
        select
            metric,
            period_start_date,
            member,
            value,
            computed_value,
            previous_value,
            period,
            locked_date,
            revision_number
        from lock_cells
        where dimension = '{CREDIT_DIMENSION}'
        union all
        select
            metric,
            period_start_date,
            member,
            value,
            value as computed_value,
            null as previous_value,
            null as period,
            null as locked_date,
            null as revision_number
        from lock_computed
        anti join lock_cells using ({KEY})
        where dimension = '{CREDIT_DIMENSION}'
    )

    select
        period_start_date as month_start_date,
        cast(date_trunc('quarter', period_start_date) as date) as quarter_start_date,
        cast(date_trunc('year', period_start_date) as date) as year_start_date,
        split_part(member, ' / ', 1) as attribution_scope,
        split_part(member, ' / ', 2) as attribution_model,
        regexp_replace(member, '^[^/]* / [^/]* / ', '') as channel,
        (select max(currency_code) from attribution.model_credits_by_month) as currency_code,
        bool_or(period is not null) as is_locked,
        max(period) as locked_period,
        max(locked_date) as locked_date,
        max(revision_number) as revision_number,
        {_both("credited", "value", "0", money)},
        {_both("computed", "computed_value", "0", money)},
        {_both("previous", "previous_value", "null", money)}
    from numbers
    group by period_start_date, member
    order by period_start_date, attribution_scope, attribution_model, channel
"""


def write_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Write quality.metric_values from lock_cells and lock_computed."""
    connection.execute(f"create or replace table {VALUES} ({VALUE_COLUMNS})")
    connection.execute(VALUES_SQL)
    _comment(connection, VALUES, VALUE_COMMENTS)


def write_credits(connection: duckdb.DuckDBPyConnection) -> None:
    """Write totals of credit by month: locked ones as agreed, the others as computed."""
    # money has the places of the reporting currency (macros/money.sql), which the mart shows
    row = connection.execute(
        "select data_type from duckdb_columns() where schema_name = 'attribution' and "
        "table_name = 'model_credits_by_month' and column_name = 'credited_amount'"
    ).fetchone()
    assert row is not None
    connection.execute(_credits_sql(str(row[0])))
    _comment(connection, CREDITS_BY_MONTH, CREDIT_COMMENTS)


def write_restatements(
    connection: duckdb.DuckDBPyConnection, part: tuple[list[str], list[str], list[str]] | None
) -> None:
    """Write what is kept and what was restated.

    Args:
        connection: with lock_moved, lock_explained, lock_changed_definitions and lock_published.
        part: the metrics, grains and dimensions that were asked for; all when None.
    """
    schema, table = RESTATEMENTS.split(".")
    is_there = connection.execute(
        "select 1 from duckdb_tables() where schema_name = $1 and table_name = $2", [schema, table]
    ).fetchall()
    if part is None or not is_there:
        connection.execute(f"create or replace table {RESTATEMENTS} ({RESTATEMENT_COLUMNS})")
    else:
        connection.execute(
            f"delete from {RESTATEMENTS} where list_contains($1, metric) "
            "and list_contains($2, grain) and list_contains($3, dimension)",
            list(part),
        )
    connection.execute(RESTATEMENTS_SQL)
    _comment(connection, RESTATEMENTS, RESTATEMENT_COMMENTS)


def _comment(
    connection: duckdb.DuckDBPyConnection, table: str, comments: Mapping[str, str]
) -> None:
    for column, text in comments.items():
        what = f"column {table}.{column}" if column else f"table {table}"
        connection.execute(f"comment on {what} is '{text}'")


def is_cut(dimension: str = "dimension") -> str:
    """Return SQL that says whether a number is of a part of its metric."""
    return f"({dimension} <> '{TOTAL}')"
