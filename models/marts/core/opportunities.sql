with prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
),

opportunities as (
    select
        opportunity_id,
        account_id,
        campaign_id,
        owner_id,
        sdr_id,
        created_at,
        created_date,
        pipeline_entered_at,
        pipeline_entered_date,
        closed_at,
        closed_date,
        first_closed_at,
        close_date as expected_close_date,
        opportunity_name,
        opportunity_type,
        business_kind,
        opportunity_stage,
        lead_source,
        original_currency_code,
        {{ reporting_currency() }} as currency_code,
        amount_basis,
        amount_problem,
        exclusion_reason,
        is_open,
        is_won,
        is_lost,
        counts_as_new_business as is_new_business,
        is_pipeline_entry_inferred,
        is_closed_date_from_history,
        has_skipped_stages,
        has_moved_backward,
        is_closed_before_created,
        is_created_at_close,
        is_close_date_overdue,
        is_closed_in_future,
        reopen_count,
        cast(
            case
                when closed_date >= created_date then {{ days_between('created_date', 'closed_date') }}
            end as bigint
        ) as days_to_close,
        amount_minor,
        {{ money('amount_minor') }} as deal_amount
    from prepared
)

select * from opportunities
