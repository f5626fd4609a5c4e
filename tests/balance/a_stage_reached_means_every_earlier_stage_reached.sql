-- Reached is monotone, and so are the dates (spec 2.3).
with lead_cycles as (
    select * from {{ ref('lead_cycles') }}
)

select lead_cycle_id
from lead_cycles
where
    inquiry_at is null
    {%- for earlier, later in [
        ('inquiry', 'mql'), ('mql', 'sal'), ('sal', 'sql'), ('sql', 'opportunity'), ('opportunity', 'won'),
    ] %}
        or ({{ later }}_at is not null and ({{ earlier }}_at is null or {{ earlier }}_at > {{ later }}_at))
    {%- endfor %}
