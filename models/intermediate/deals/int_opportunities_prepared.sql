with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

valued as (
    select * from {{ ref('int_opportunities_valued') }}
),

dated as (
    select * from {{ ref('int_opportunities_dated_by_stage') }}
),

kinds as (
    select * from {{ ref('int_opportunities_sorted_by_kind') }}
),

-- Touches up to the previous close of the account have had their credit; only kinds that start anew look for it.
previous_closes as (
    select
        kinds.opportunity_id,
        max(earlier.closed_date) as previous_closed_date
    from kinds
    inner join dated on kinds.opportunity_id = dated.opportunity_id
    inner join valued on kinds.opportunity_id = valued.opportunity_id
    inner join valued as earlier_valued on valued.account_id = earlier_valued.account_id
    inner join dated as earlier
        on
            earlier_valued.opportunity_id = earlier.opportunity_id
            and dated.created_date > earlier.closed_date
    where kinds.journey_scope = 'since_last_close'
    group by kinds.opportunity_id
),

prepared as (
    select
        opportunities.opportunity_id,
        valued.account_id,
        opportunities.campaign_id,
        opportunities.owner_id,
        opportunities.sdr_id,
        dated.created_at,
        dated.created_date,
        dated.pipeline_entered_at,
        dated.pipeline_entered_date,
        dated.closed_at,
        dated.closed_date,
        dated.first_closed_at,
        opportunities.close_date,
        greatest(
            cast(dated.created_date - interval '{{ setting("attribution_lookback_days") }}' day as date),
            coalesce(
                cast(previous_closes.previous_closed_date + interval '1' day as date), date '0001-01-01'
            )
        ) as journey_starts_date,
        opportunities.opportunity_name,
        kinds.opportunity_type,
        kinds.business_kind,
        kinds.journey_scope,
        dated.canonical_stage as opportunity_stage,
        opportunities.lead_source,
        case when valued.amount_problem = 'currency unknown' then 'XXX' else coalesce(valued.currency_code, 'XXX') end
            as original_currency_code,
        valued.amount_basis,
        valued.amount_problem,
        coalesce(
            kinds.exclusion_reason,
            valued.amount_problem,
            case when dated.created_date is null then 'creation date missing' end
        ) as exclusion_reason,
        dated.is_open,
        dated.is_closed,
        dated.is_won,
        dated.is_lost,
        dated.outcome_basis,
        kinds.counts_as_new_business,
        dated.is_pipeline_entry_inferred,
        dated.is_closed_date_from_history,
        dated.has_skipped_stages,
        dated.has_moved_backward,
        dated.is_closed_before_created,
        dated.is_created_at_close,
        dated.is_close_date_overdue,
        dated.is_closed_in_future,
        dated.reopen_count,
        valued.original_amount_minor,
        valued.amount_minor
    from opportunities
    inner join valued on opportunities.opportunity_id = valued.opportunity_id
    inner join dated on opportunities.opportunity_id = dated.opportunity_id
    inner join kinds on opportunities.opportunity_id = kinds.opportunity_id
    left join previous_closes on opportunities.opportunity_id = previous_closes.opportunity_id
)

select * from prepared
