-- Reached is monotone, and so are the dates (spec 2.3).
with lead_cycles as (
    select * from {{ ref('lead_cycles') }}
)

-- no cycle is out of order where there is none
select 'no cycle to check' as lead_cycle_id
where (select count(*) from lead_cycles) = 0 and (select count(*) from {{ ref('stg_crm__leads') }}) > 0
union all
select lead_cycle_id
from lead_cycles
where
    inquiry_at is null
    {%- for earlier, later in [
        ('inquiry', 'mql'), ('mql', 'sal'), ('sal', 'sql'), ('sql', 'opportunity'), ('opportunity', 'won'),
    ] %}
    or ({{ later }}_at is not null and ({{ earlier }}_at is null or {{ earlier }}_at > {{ later }}_at))
    {%- endfor %}
