-- The models int_faults_found_in_<area> and the list fault_areas() are the same, so that no search finds in vain.
with

listed (area) as (
    values ('{{ fault_areas() | join("'), ('") }}')
),

searched (area) as (
    values ('{{ fault_areas_searched() | join("'), ('") }}')
)

select
    listed.area as listed_area,
    searched.area as searched_area
from listed
full outer join searched on listed.area = searched.area
where listed.area is null or searched.area is null
