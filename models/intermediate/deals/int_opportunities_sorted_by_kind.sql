with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

read_by_stage as (
    select * from {{ ref('int_opportunities_read_by_stage') }}
),

types as (
    select * from {{ in_force(ref('opportunity_types'), ['opportunity_type']) }}
),

excluded_by_hand as (
    select * from {{ ref('excluded_opportunities') }}
),

excluded_names as (
    select * from {{ ref('excluded_opportunity_names') }}
),

excluded_by_name as (
    select
        opportunities.opportunity_id,
        min(excluded_names.exclusion_reason) as exclusion_reason
    from opportunities
    inner join excluded_names
        on {{ matches('lower(opportunities.opportunity_name)', 'excluded_names.name_pattern') }}
    group by opportunities.opportunity_id
),

-- A type nobody has agreed on counts as new business, so that its revenue is not lost; a test names it.
sorted as (
    select
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        case
            when excluded_by_name.exclusion_reason = 'test deal' then 'test'
            else coalesce(types.business_kind, 'new_business')
        end as business_kind,
        coalesce(types.journey_scope, 'account_lifetime') as journey_scope,
        case
            when excluded_by_hand.opportunity_id is not null then excluded_by_hand.exclusion_reason
            when excluded_by_name.opportunity_id is not null then excluded_by_name.exclusion_reason
            when types.business_kind = 'test' then 'test deal'
            when read_by_stage.canonical_stage = 'duplicate' then 'duplicate'
            when not types.is_credited then types.business_kind
        end as exclusion_reason,
        types.opportunity_type is not null as is_type_known,
        coalesce(types.counts_as_new_business, true)
        and excluded_by_name.opportunity_id is null
        and excluded_by_hand.opportunity_id is null as counts_as_new_business
    from opportunities
    left join types
        on
            coalesce({{ label('opportunities.opportunity_type') }}, '(none)') = types.opportunity_type
            and {{ applies_on(local_date('opportunities.created_at'), 'types') }}
    left join read_by_stage on opportunities.opportunity_id = read_by_stage.opportunity_id
    left join excluded_by_hand on opportunities.opportunity_id = excluded_by_hand.opportunity_id
    left join excluded_by_name on opportunities.opportunity_id = excluded_by_name.opportunity_id
)

select * from sorted
