-- A row may be found twice by one search (a deleted row that was delivered twice): it counts once.
with

found as (
    {%- for area in fault_areas() %}
    select
        fault_id,
        source_system,
        source_table,
        row_key,
        fault_detail
    from {{ ref('int_faults_found_in_' ~ area) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

detected_faults as (
    select
        fault_id,
        source_system,
        source_table,
        row_key,
        min(fault_detail) as fault_detail
    from found
    group by
        fault_id,
        source_system,
        source_table,
        row_key
)

select * from detected_faults
