{%- set owned = [
    ('leads', 'lead_id'), ('contacts', 'contact_id'), ('accounts', 'account_id'), ('opportunities', 'opportunity_id'),
] %}

with owners as (
    select * from {{ ref('int_owners_mapped') }}
    where owner_status <> 'active'
),

faults_found as (
    {%- for table, key in owned %}
    select
        'F39' as fault_id,
        'crm' as source_system,
        '{{ table }}' as source_table,
        owned_rows.{{ key }} as row_key,
        'owner: ' || owners.owner_status as fault_detail
    from {{ ref('stg_crm__' ~ table) }} as owned_rows
    inner join owners on owned_rows.owner_id = owners.owner_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from faults_found
