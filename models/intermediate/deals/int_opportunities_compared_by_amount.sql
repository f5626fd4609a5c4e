-- How far the amount of a deal is from the middle of its kind and segment, on a scale of logarithms, beside the usual
-- distance: the median of both, as one slip must not move what it is compared with.
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where amount_minor > 0 and exclusion_reason is null
),

accounts_segmented as (
    select * from {{ ref('int_accounts_segmented') }}
),

scaled as (
    select
        opportunities.opportunity_id,
        opportunities.business_kind,
        accounts_segmented.segment,
        ln(cast(opportunities.amount_minor as double)) as scale
    from opportunities
    left join accounts_segmented on opportunities.account_id = accounts_segmented.account_id
),

centred as (
    select
        *,
        cast(abs(scale - median(scale) over (partition by business_kind, segment)) as decimal(12, 6)) as distance
    from scaled
),

compared_by_amount as (
    select
        opportunity_id,
        distance,
        cast(median(distance) over (partition by business_kind, segment) as decimal(12, 6)) as usual_distance,
        count(*) over (partition by business_kind, segment) as compared_count
    from centred
)

select * from compared_by_amount
