-- Landed as text under a loader's own spelling. Fifteen and eighteen characters are one id; a newer copy that does
-- not cast leaves the older good one current; equal copies are one row; a row without a key or a date is kept out.
{%- set landed %}
(
    select
        written.id as Id,
        written.amount as Amount__c,
        written.created as CreatedDate,
        written.synced as _airbyte_extracted_at
    from (
        values
        ('0018000000MkGQZ', '1', '2025-01-01', '2025-01-01 00:00:00'),
        ('0018000000MkGQZAA3', '2', '2025-01-01T10:00:00.000+0200', '2025-02-01 00:00:00'),
        ('newer is broken', '3', '2025-01-01 00:00:00', '2025-01-01 00:00:00'),
        ('newer is broken', 'four', '2025-01-01 00:00:00', '2025-02-01 00:00:00'),
        ('twice', '5', '2025-01-01 00:00:00', null),
        ('twice', '5', '2025-01-01 00:00:00', null),
        ('no amount', ' ', '2025-01-01 00:00:00', null),
        ('year one', '6', '1/2/25', null),
        ('no date', '7', '', null),
        (' ', '8', '2025-01-01 00:00:00', null)
    ) as written (id, amount, created, synced)
) as landed
{%- endset %}
{%- set types = {
    'id': {'name': 'Id', 'data_type': 'varchar'},
    'amount': {'name': 'Amount__c', 'data_type': 'varchar'},
    'createddate': {'name': 'CreatedDate', 'data_type': 'varchar'},
    'airbyteextractedat': {'name': '_airbyte_extracted_at', 'data_type': 'varchar'},
} %}
{%- set contract = raw_contract_of({'relation': landed, 'types': types}, {
    'source_name': 'crm',
    'name': 'rows',
    'config': {'meta': {'key': ['id'], 'latest_by': '_fivetran_synced', 'required': ['id', 'created_date']}},
    'columns': {
        'id': {'name': 'id', 'data_type': 'varchar'},
        'amount': {'name': 'amount', 'data_type': 'decimal(18, 4)'},
        'created_date': {'name': 'created_date', 'data_type': 'timestamp'},
        'is_deleted': {'name': 'is_deleted', 'data_type': 'boolean'},
        '_fivetran_synced': {'name': '_fivetran_synced', 'data_type': 'timestamp'},
    },
}) %}

with

found as (
    select
        {{ crm_id('id') }} as id,
        cast(amount as string) as amount,
        cast(created_date as string) as created,
        cast(is_deleted as string) as is_deleted
    from {{ raw_current(contract) }} as current_rows
    union all
    select
        row_key as id,
        row_problem as amount,
        null as created,
        null as is_deleted
    from {{ raw_refused(contract) }} as refused_rows
),

expected (id, amount, created, is_deleted) as (
    values
    ('0018000000MkGQZAA3', '2.0000', '2025-01-01 08:00:00', null),
    ('newer is broken', '3.0000', '2025-01-01 00:00:00', null),
    ('newer is broken', 'amount: not a decimal(18, 4)', null, null),
    ('twice', '5.0000', '2025-01-01 00:00:00', null),
    ('no amount', null, '2025-01-01 00:00:00', null),
    ('year one', 'created_date: not a timestamp', null, null),
    ('no date', 'created_date: a value is required', null, null),
    (null, 'id: a value is required', null, null)
),

compared as (
    select
        id,
        amount,
        created,
        is_deleted,
        1 as excess_count
    from found
    union all
    select
        id,
        amount,
        created,
        is_deleted,
        -1 as excess_count
    from expected
)

select
    id,
    amount,
    created,
    is_deleted,
    sum(excess_count) as excess_count
from compared
group by
    id,
    amount,
    created,
    is_deleted
having sum(excess_count) != 0
