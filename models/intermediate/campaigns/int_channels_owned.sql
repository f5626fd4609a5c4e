with channels as (
    select * from {{ ref('channels') }}
),

owned as (
    select
        channel,
        case when count(distinct channel_owner) = 1 then min(channel_owner) else 'several' end as channel_owner
    from channels
    group by channel
)

select * from owned
