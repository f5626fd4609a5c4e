-- Rows that changed in a second in which at least so many others of their table did: an integration touched them all.
{%- set tables = [('leads', 'lead_id'), ('opportunities', 'opportunity_id')] %}

with touched as (
    {%- for table, key in tables %}
    select
        '{{ table }}' as source_table,
        {{ key }} as row_key,
        count(*) over (partition by touched_at) as row_count
    from {{ ref('stg_crm__' ~ table) }}
    where touched_at is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

faults_found as (
    select
        'F44' as fault_id,
        'crm' as source_system,
        source_table,
        row_key,
        cast(row_count as string) || ' rows were changed in its second' as fault_detail
    from touched
    where row_count >= {{ fault_limit('F44') }}
)

select * from faults_found
