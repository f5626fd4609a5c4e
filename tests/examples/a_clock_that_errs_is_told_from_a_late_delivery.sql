-- Landed as text. An event that its server took in a day before it happened is refused by the door; of a clock that is
-- less ahead the server's stands; without a moment of arrival nothing is known.
{%- set landed %}
(
    select
        written.id,
        written.happened as timestamp,
        written.received as received_at
    from (
        values
        ('right', '2025-01-01 10:00:00', '2025-01-01 10:00:02'),
        ('a minute ahead', '2025-01-01 10:01:00', '2025-01-01 10:00:00'),
        ('an hour ahead', '2025-01-01T13:00:00+02:00', '2025-01-01 10:00:00'),
        ('a day ahead', '2025-01-02 10:00:00', '2025-01-01 10:00:00'),
        ('more than a day ahead', '2025-01-02 10:00:01', '2025-01-01 10:00:00'),
        ('a day late', '2025-01-01 10:00:00', '2025-01-02 10:00:00'),
        ('more than a day late', '2025-01-01 10:00:00', '2025-01-02 10:00:01'),
        ('no arrival', '2035-01-01 10:00:00', null)
    ) as written (id, happened, received)
) as landed
{%- endset %}
{%- set types = {
    'id': {'name': 'id', 'data_type': 'varchar'},
    'timestamp': {'name': 'timestamp', 'data_type': 'varchar'},
    'receivedat': {'name': 'received_at', 'data_type': 'varchar'},
} %}
{%- set contract = raw_contract_of({'relation': landed, 'types': types}, {
    'source_name': 'web',
    'name': 'rows',
    'config': {'meta': {
        'key': ['id'],
        'latest_by': 'received_at',
        'required': ['id', 'timestamp'],
        'not_after': {'timestamp': {'column': 'received_at', 'hours': 24}},
    }},
    'columns': {
        'id': {'name': 'id', 'data_type': 'varchar'},
        'timestamp': {'name': 'timestamp', 'data_type': 'timestamp'},
        'received_at': {'name': 'received_at', 'data_type': 'timestamp'},
    },
}) %}

with

found as (
    select
        id,
        cast({{ moment_seen('timestamp', 'received_at') }} as string) as seen,
        {{ clock_problem('timestamp', 'received_at') }} as problem
    from {{ raw_current(contract) }} as current_rows
    union all
    select
        row_key as id,
        null as seen,
        row_problem as problem
    from {{ raw_refused(contract) }} as refused_rows
),

expected (id, seen, problem) as (
    values
    ('right', '2025-01-01 10:00:00', null),
    ('a minute ahead', '2025-01-01 10:00:00', null),
    ('an hour ahead', '2025-01-01 10:00:00', 'clock ahead'),
    ('a day ahead', '2025-01-01 10:00:00', 'clock ahead'),
    ('more than a day ahead', null, 'timestamp: more than 24 hours after received_at'),
    ('a day late', '2025-01-01 10:00:00', null),
    ('more than a day late', '2025-01-01 10:00:00', 'late'),
    ('no arrival', '2035-01-01 10:00:00', null)
),

compared as (
    select
        id,
        seen,
        problem,
        1 as excess_count
    from found
    union all
    select
        id,
        seen,
        problem,
        -1 as excess_count
    from expected
)

select
    id,
    seen,
    problem,
    sum(excess_count) as excess_count
from compared
group by
    id,
    seen,
    problem
having sum(excess_count) != 0
