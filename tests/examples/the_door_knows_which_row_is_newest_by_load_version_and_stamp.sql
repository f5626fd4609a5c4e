-- What loaders and loads say of a row decides before its content does. Of a history the active version counts, and where
-- none is active the row was deleted at the source; a stamp is stronger than a load, a load than the order of its rows.
-- Versions and copies say why they gave way. The cuts of a cost are rows of their own.
{%- set landed %}
(
    select
        written.id,
        written.amount,
        cast(written.synced as timestamp) as _fivetran_synced,
        written.is_active as _fivetran_active,
        written.deleted_at as _ab_cdc_deleted_at,
        cast(written.load_number as bigint) as _load_number,
        written.file as _source_file,
        cast(written.row_number as bigint) as _source_row,
        written.platform as publisherplatform
    from (
        values
        ('history', 900, '2024-05-01 00:00:00', false, '', 2, 'b', 9, null),
        ('history', 1200, '2024-05-01 00:00:00', true, '', 1, 'a', 2, null),
        ('ended', 1, '2024-05-01 00:00:00', false, '', 1, 'a', 3, null),
        ('ended', 2, '2024-05-02 00:00:00', false, '', 1, 'a', 4, null),
        ('stamped', 3, '2024-05-02 00:00:00', true, '', 1, 'a', 5, null),
        ('stamped', 4, '2024-05-01 00:00:00', true, '', 2, 'b', 2, null),
        ('loaded again', 6, null, true, '', 1, 'z', 6, null),
        ('loaded again', 5, null, true, '', 2, 'b', 3, null),
        ('later file', 7, null, true, '', 1, 'b', 2, null),
        ('later file', 8, null, true, '', 1, 'a', 7, null),
        ('later row', 9, null, true, '', 1, 'a', 8, null),
        ('later row', 10, null, true, '', 1, 'a', 11, null),
        ('copy', 11, null, true, '', 1, 'a', 12, null),
        ('copy', 11, null, true, '', 1, 'a', 13, null),
        ('deleted', 12, null, true, '2024-05-03 00:00:00', 1, 'a', 14, null),
        ('cut', 13, null, true, '', 1, 'a', 15, 'facebook'),
        ('cut', 14, null, true, '', 1, 'a', 16, 'instagram')
    ) as written (id, amount, synced, is_active, deleted_at, load_number, file, row_number, platform)
) as landed
{%- endset %}
{%- set types = {
    'id': {'name': 'id', 'data_type': 'varchar'},
    'amount': {'name': 'amount', 'data_type': 'integer'},
    'fivetransynced': {'name': '_fivetran_synced', 'data_type': 'timestamp'},
    'fivetranactive': {'name': '_fivetran_active', 'data_type': 'boolean'},
    'abcdcdeletedat': {'name': '_ab_cdc_deleted_at', 'data_type': 'varchar'},
    'loadnumber': {'name': '_load_number', 'data_type': 'bigint'},
    'sourcefile': {'name': '_source_file', 'data_type': 'varchar'},
    'sourcerow': {'name': '_source_row', 'data_type': 'bigint'},
    'publisherplatform': {'name': 'publisherplatform', 'data_type': 'varchar'},
} %}
{%- set contract = raw_contract_of({'relation': landed, 'types': types}, {
    'source_name': 'facebook_ads',
    'name': 'rows',
    'config': {'meta': {'key': ['id'], 'required': ['id'], 'cost': {'amount': 'amount', 'breaks_down_by': ['publisher_platform']}}},
    'columns': {
        'id': {'name': 'id', 'data_type': 'varchar'},
        'amount': {'name': 'amount', 'data_type': 'bigint'},
    },
}) %}

with

found as (
    select
        {{ raw_key(contract) }} as row_key,
        amount,
        'counts' as outcome
    from {{ raw_current(contract) }} as current_rows
    union all
    select
        row_key,
        amount,
        {{ raw_superseded_because(contract) }} as outcome
    from (
        select
            {{ raw_key(contract) }} as row_key,
            *,
            row_number() over (partition by id, publisher_platform order by {{ raw_newest_first(contract) }}) as version_rank
        from {{ raw_usable(contract) }} as usable_rows
    ) as ranked_rows
),

set_aside as (
    select * from found
    where outcome is not null
),

expected (row_key, amount, outcome) as (
    values
    ('history|', 1200, 'counts'),
    ('history|', 900, 'a version that is no longer active'),
    ('ended|', 1, 'a version that is no longer active'),
    ('stamped|', 3, 'counts'),
    ('stamped|', 4, 'an older version'),
    ('loaded again|', 5, 'counts'),
    ('loaded again|', 6, 'of an earlier load'),
    ('later file|', 7, 'counts'),
    ('later file|', 8, 'an earlier row of the same load'),
    ('later row|', 10, 'counts'),
    ('later row|', 9, 'an earlier row of the same load'),
    ('copy|', 11, 'counts'),
    ('copy|', 11, 'a copy of the row that counts'),
    ('cut|facebook', 13, 'counts'),
    ('cut|instagram', 14, 'counts')
),

compared as (
    select
        row_key,
        amount,
        outcome,
        1 as excess_count
    from set_aside
    union all
    select
        row_key,
        amount,
        outcome,
        -1 as excess_count
    from expected
)

select
    row_key,
    amount,
    outcome,
    sum(excess_count) as excess_count
from compared
group by
    row_key,
    amount,
    outcome
having sum(excess_count) <> 0
