-- The window once more: exactly the lookback for kinds that look at the account's whole life, never more for others.
with prepared as (
    select
        opportunity_id,
        journey_scope,
        {{ days_between('journey_starts_date', 'created_date') }} as window_days
    from {{ ref('int_opportunities_prepared') }}
    where created_date is not null
)

select
    opportunity_id,
    window_days
from prepared
where
    window_days > {{ setting('attribution_lookback_days') }}
    or (journey_scope <> 'since_last_close' and window_days <> {{ setting('attribution_lookback_days') }})
union all
select
    'no deal to check' as opportunity_id,
    0 as window_days
where (select count(*) from prepared) = 0 and '{{ setting("raw_data") }}' = 'sample'
