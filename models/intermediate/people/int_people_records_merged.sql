with recursive records as (
    select * from {{ ref('int_people_records_gathered') }}
),

links as (
    select
        losers.record_key,
        survivors.record_key as next_record_key
    from records as losers
    inner join records as survivors
        on
            losers.record_type = survivors.record_type
            and losers.merged_into_record_id = survivors.record_id
),

-- ten merges in a row do not happen; a chain that long goes in a circle
merges_followed as (
    select
        record_key,
        next_record_key as reached_record_key,
        1 as merge_count
    from links
    union all
    select
        merges_followed.record_key,
        links.next_record_key as reached_record_key,
        merges_followed.merge_count + 1 as merge_count
    from merges_followed
    inner join links on merges_followed.reached_record_key = links.record_key
    where merges_followed.merge_count < 10
),

records_merged as (
    select
        record_key,
        case when max(merge_count) = 10 then record_key else max_by(reached_record_key, merge_count) end
            as surviving_record_key,
        max(merge_count) as merge_count,
        max(merge_count) = 10 as is_in_cycle
    from merges_followed
    group by record_key
)

select
    record_key,
    surviving_record_key,
    merge_count,
    is_in_cycle
from records_merged
