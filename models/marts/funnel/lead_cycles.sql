with cycles as (
    select * from {{ ref('int_leads_split_into_cycles') }}
),

dated as (
    select * from {{ ref('int_cycles_dated_by_stage') }}
),

leads as (
    select
        lead_id,
        lead_source
    from {{ ref('stg_crm__leads') }}
),

people_matched as (
    select * from {{ ref('int_people_matched_to_accounts') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

lead_cycles as (
    select
        cycles.lead_cycle_id,
        cycles.person_id,
        coalesce(opportunities.account_id, people_matched.account_id) as account_id,
        cycles.opportunity_id,
        cycles.campaign_id as opening_campaign_id,
        cycles.started_at,
        cycles.ended_at,
        {{ local_date('cycles.started_at') }} as started_date,
        {{ local_date('cycles.ended_at') }} as ended_date,
        dated.inquiry_at,
        dated.mql_at,
        dated.sal_at,
        dated.sql_at,
        dated.opportunity_at,
        dated.won_at,
        dated.inquiry_date,
        dated.mql_date,
        dated.sal_date,
        dated.sql_date,
        dated.opportunity_date,
        dated.won_date,
        cycles.worked_at,
        cycles.due_date as worked_due_date,
        cycles.opened_by,
        cycles.disposition,
        case
            when dated.won_at is not null then 'won'
            when dated.opportunity_at is not null then 'opportunity'
            when dated.sql_at is not null then 'sql'
            when dated.sal_at is not null then 'sal'
            when dated.mql_at is not null then 'mql'
            else 'inquiry'
        end as furthest_stage,
        case
            when cycles.disposition in ('rejected', 'recycled', 'disqualified', 'merged')
                then coalesce(cycles.rejection_reason, 'unspecified')
        end as rejection_reason,
        cycles.reason_group,
        cycles.original_lead_source,
        coalesce(leads.lead_source, '(none)') as lead_source,
        cycles.channel,
        cycles.disposition = 'open' as is_open,
        dated.is_inquiry_inferred,
        dated.is_mql_inferred,
        dated.is_sal_inferred,
        dated.is_sql_inferred,
        dated.is_opportunity_inferred,
        cycles.is_end_inferred,
        dated.is_out_of_order,
        -- no clock ran on an MQL that sales had taken on before the status was set
        case
            when cycles.due_date is not null then coalesce({{ local_date('cycles.worked_at') }} <= cycles.due_date, false)
        end as is_worked_in_time,
        cycles.is_worked_late,
        cycles.cycle_number,
        cycles.response_count,
        cycles.activity_count,
        dated.days_inquiry_to_mql,
        dated.days_mql_to_sal,
        dated.days_sal_to_sql,
        dated.days_sql_to_opportunity,
        dated.days_opportunity_to_won,
        dated.days_inquiry_to_won,
        case
            when cycles.due_date is not null and not dated.is_mql_inferred
                then cast({{ integer_divide(seconds_between('dated.mql_at', 'cycles.worked_at'), '60') }} as bigint)
        end as minutes_to_work
    from cycles
    inner join dated on cycles.lead_cycle_id = dated.lead_cycle_id
    left join leads on cycles.first_lead_id = leads.lead_id
    left join people_matched on cycles.person_id = people_matched.person_id
    left join opportunities on cycles.opportunity_id = opportunities.opportunity_id
)

select * from lead_cycles
