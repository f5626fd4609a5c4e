with recursive records as (
    select * from {{ ref('int_people_records_gathered') }}
),

-- ten merges in a row do not happen; a chain that long goes in a circle
merges_followed as (
    select
        record_type,
        record_id,
        record_id as reached_record_id,
        0 as merge_count
    from records
    union all
    select
        merges_followed.record_type,
        merges_followed.record_id,
        survivors.record_id as reached_record_id,
        merges_followed.merge_count + 1 as merge_count
    from merges_followed
    inner join records
        on
            merges_followed.record_type = records.record_type
            and merges_followed.reached_record_id = records.record_id
    inner join records as survivors
        on
            records.record_type = survivors.record_type
            and records.merged_into_record_id = survivors.record_id
    where merges_followed.merge_count < 10
),

records_merged as (
    select
        record_type,
        record_id,
        case when max(merge_count) = 10 then record_id else max_by(reached_record_id, merge_count) end
            as surviving_record_id,
        max(merge_count) as merge_count,
        max(merge_count) = 10 as is_in_cycle
    from merges_followed
    group by record_type, record_id
)

select
    record_type,
    record_id,
    surviving_record_id,
    merge_count,
    is_in_cycle
from records_merged
