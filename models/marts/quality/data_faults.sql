with fault_treatments as (
    select * from {{ ref('fault_treatments') }}
),

detected as (
    select
        fault_id,
        count(*) as detected_count
    from {{ ref('detected_faults') }}
    group by fault_id
),

data_faults as (
    select
        fault_treatments.fault_id,
        fault_treatments.label as fault_name,
        fault_treatments.treatment,
        fault_treatments.evidence,
        fault_treatments.found_by,
        fault_treatments.source_tables,
        fault_treatments.treated_in,
        fault_treatments.fault_limit,
        fault_treatments.limit_unit,
        coalesce(detected.detected_count, 0) as detected_count
    from fault_treatments
    left join detected on fault_treatments.fault_id = detected.fault_id
)

select * from data_faults
