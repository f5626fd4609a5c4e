-- By channel of the opening touch: how many MQLs, how many sales turned down, and the reasons in one line each.
select
    channel,
    coalesce(rejection_reason, disposition) as ended_with,
    count(*) as lead_cycle_count,
    round(count(*) * 1.0 / sum(count(*)) over (partition by channel), 3) as share_of_channel
from {{ ref('lead_cycles') }}
where mql_date is not null
group by channel, coalesce(rejection_reason, disposition)
order by channel asc, lead_cycle_count desc, ended_with asc
