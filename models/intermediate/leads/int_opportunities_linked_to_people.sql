with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

named_on_deal as (
    select * from {{ ref('int_people_named_on_opportunities') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

-- Deals a lead can become: real ones, new or more business.
wanted as (
    select *
    from opportunities
    where
        business_kind in ('new_business', 'expansion')
        and (exclusion_reason is null or exclusion_reason = amount_problem)
        and created_at is not null
),

-- Nobody is named on the deal: whoever of the account answered last before it was created.
answers_of_account as (
    select
        wanted.opportunity_id,
        touches.person_id,
        'last response of the account' as link_method,
        4 as link_rank,
        max(touches.touch_at) as linked_at
    from wanted
    left join named_on_deal on wanted.opportunity_id = named_on_deal.opportunity_id
    inner join touches
        on
            wanted.account_id = touches.account_id
            and touches.touch_date between wanted.journey_starts_date and wanted.created_date
    where
        named_on_deal.opportunity_id is null
        and touches.is_known
        and touches.person_id is not null
    group by wanted.opportunity_id, touches.person_id
),

of_account as (
    select * from answers_of_account
    qualify row_number() over (partition by opportunity_id order by linked_at desc, person_id asc) = 1
),

candidates as (
    select * from named_on_deal
    union all
    select * from of_account
),

linked as (
    select
        candidates.opportunity_id,
        candidates.person_id,
        wanted.created_at,
        -- a close known by its day alone is over when the day is: what happened to the lead on that day was before it
        case
            when wanted.is_closed_date_from_history then wanted.closed_at
            else cast({{ local_midnight(days_after('wanted.closed_date', 1)) }} - interval '1' second as timestamp)
        end as closed_at,
        candidates.link_method,
        wanted.is_won,
        wanted.counts_as_new_business,
        candidates.link_rank,
        row_number() over (
            partition by candidates.opportunity_id order by candidates.link_rank, candidates.linked_at nulls last, candidates.person_id
        ) = 1 as is_primary
    from candidates
    inner join wanted on candidates.opportunity_id = wanted.opportunity_id
)

select * from linked
