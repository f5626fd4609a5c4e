-- A day, and midnight in UTC as loaders write one, is no moment that a zone could move; any other moment is brought to
-- the zone of the reports, whether it landed as text or with a type. The first and the last day a system can write are
-- "always" and "never": no day, but for the start of something that holds from always on.
{%- set landed %}
(
    select
        written.id as id,
        written.day as text_day,
        cast(written.moment as timestamp) as typed_day,
        {{ moment_with_zone('written.moment') }} as zoned_day,
        cast(written.start as date) as start_date,
        written.stop as stop_date
    from (
        values
        ('day', '2024-04-01', '2024-04-01 00:00:00', '2024-01-01', '2024-12-31'),
        ('midnight', '2024-04-01T00:00:00Z', '2024-04-01 00:00:00', '2024-01-01', '2024-12-31'),
        ('early', '2024-04-01T01:09:44.000Z', '2024-04-01 01:09:44', '2024-01-01', '2024-12-31'),
        ('late', '2024-04-01T20:30:00-02:00', '2024-04-01 22:30:00', '2024-01-01', '2024-12-31'),
        ('ever', '1900-01-01', '2024-04-01 00:00:00', '0001-01-01', '9999-12-31'),
        ('none', '0000-00-00', '2024-04-01 00:00:00', '9999-12-31', '9999-12-31 23:59:59')
    ) as written (id, day, moment, start, stop)
) as landed
{%- endset %}
{%- set types = {
    'id': {'name': 'id', 'data_type': 'varchar'},
    'textday': {'name': 'text_day', 'data_type': 'varchar'},
    'typedday': {'name': 'typed_day', 'data_type': 'timestamp'},
    'zonedday': {'name': 'zoned_day', 'data_type': type_with_zone()},
    'startdate': {'name': 'start_date', 'data_type': 'date'},
    'stopdate': {'name': 'stop_date', 'data_type': 'varchar'},
} %}
{%- set columns = [
    raw_column({'name': 'id', 'data_type': 'varchar'}, types, true),
    raw_column({'name': 'text_day', 'data_type': 'date'}, types, false),
    raw_column({'name': 'typed_day', 'data_type': 'date'}, types, false),
    raw_column({'name': 'zoned_day', 'data_type': 'date'}, types, false),
    raw_column({'name': 'start_date', 'data_type': 'date'}, types, true, is_open_start=true),
    raw_column({'name': 'stop_date', 'data_type': 'date'}, types, false),
] %}
{%- set days = {
    'UTC': ['2024-04-01', '2024-04-01'],
    'America/New_York': ['2024-03-31', '2024-04-01'],
    'America/Phoenix': ['2024-03-31', '2024-04-01'],
    'Europe/Berlin': ['2024-04-01', '2024-04-02'],
    'Asia/Kolkata': ['2024-04-01', '2024-04-02'],
    'Atlantic/Azores': ['2024-04-01', '2024-04-01'],
} %}
{%- set zone = setting('reporting_time_zone') %}

with

landed_rows as (
    select
        {{ columns[0].landed_value }} as id,
        {{ columns[1].landed_value }} as text_day,
        {{ columns[2].landed_value }} as typed_day,
        {{ columns[3].landed_value }} as zoned_day,
        {{ columns[4].landed_value }} as start_date,
        {{ columns[5].landed_value }} as stop_date
    from {{ landed }}
),

found as (
    select
        id,
        {{ columns[1].usable_value }} as text_day,
        typed_day,
        zoned_day,
        start_date,
        {{ columns[5].usable_value }} as stop_date
    from landed_rows
    where {{ columns | map(attribute='usable_if') | sum(start=[]) | join(' and ') }}
),

expected (id, text_day, typed_day, start_date, stop_date) as (
    values
    ('day', '2024-04-01', '2024-04-01', '2024-01-01', '2024-12-31'),
    ('midnight', '2024-04-01', '2024-04-01', '2024-01-01', '2024-12-31'),
    {%- if zone in days %}
    ('early', '{{ days[zone][0] }}', '{{ days[zone][0] }}', '2024-01-01', '2024-12-31'),
    ('late', '{{ days[zone][1] }}', '{{ days[zone][1] }}', '2024-01-01', '2024-12-31'),
    {%- endif %}
    ('ever', null, '2024-04-01', '1900-01-01', null)
)

select
    coalesce(expected.id, found.id) as id,
    found.text_day,
    found.typed_day,
    found.zoned_day,
    found.start_date,
    found.stop_date
from expected
full join found on expected.id = found.id
where
    (
        found.id is null
        or expected.id is null
        or found.zoned_day <> found.typed_day
        or coalesce(cast(found.text_day as string), '') <> coalesce(expected.text_day, '')
        or cast(found.typed_day as string) <> expected.typed_day
        or cast(found.start_date as string) <> expected.start_date
        or coalesce(cast(found.stop_date as string), '') <> coalesce(expected.stop_date, '')
    )
    and coalesce(expected.id, found.id) {{ 'is not null' if zone in days else "not in ('early', 'late')" }}
