with prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
),

owners_mapped as (
    select * from {{ ref('int_owners_mapped') }}
),

people_named as (
    select
        opportunity_id,
        count(*) as named_person_count
    from {{ ref('int_people_named_on_opportunities') }}
    group by opportunity_id
),

opportunities as (
    select
        prepared.opportunity_id,
        prepared.account_id,
        prepared.campaign_id,
        prepared.owner_id,
        owners_mapped.responsible_owner_id,
        prepared.sdr_id,
        prepared.created_at,
        prepared.created_date,
        prepared.pipeline_entered_at,
        prepared.pipeline_entered_date,
        prepared.closed_at,
        prepared.closed_date,
        prepared.first_closed_at,
        prepared.close_date as expected_close_date,
        prepared.opportunity_name,
        prepared.opportunity_type,
        prepared.business_kind,
        prepared.opportunity_stage,
        prepared.lead_source,
        owners_mapped.owner_status,
        prepared.original_currency_code,
        {{ reporting_currency() }} as currency_code,
        prepared.amount_basis,
        prepared.amount_problem,
        prepared.exclusion_reason,
        prepared.exclusion_reason is null
        or coalesce(prepared.exclusion_reason = prepared.amount_problem, false) as is_counted,
        prepared.is_open,
        prepared.is_won,
        prepared.is_lost,
        prepared.outcome_basis,
        prepared.counts_as_new_business as is_new_business,
        prepared.is_pipeline_entry_inferred,
        prepared.is_closed_date_from_history,
        prepared.has_skipped_stages,
        prepared.has_moved_backward,
        prepared.is_closed_before_created,
        prepared.is_created_at_close,
        prepared.is_close_date_overdue,
        prepared.is_closed_in_future,
        prepared.reopen_count,
        coalesce(people_named.named_person_count, 0) as named_person_count,
        cast(
            case
                when prepared.closed_date >= prepared.created_date
                    then {{ days_between('prepared.created_date', 'prepared.closed_date') }}
            end as bigint
        ) as days_to_close,
        prepared.amount_minor,
        {{ money('prepared.amount_minor') }} as deal_amount
    from prepared
    left join owners_mapped on prepared.owner_id = owners_mapped.owner_id
    left join people_named on prepared.opportunity_id = people_named.opportunity_id
)

select * from opportunities
