-- Leads in = inquiries + left out by reason. Inquiries are counted from the cycles: one for each that a lead was made in.
with leads as (
    select lead_id from {{ ref('stg_crm__leads') }}
),

lead_events as (
    select
        person_id,
        cycle_number,
        {{ lead_of_creation('event_id') }} as lead_id
    from {{ ref('int_lead_events_placed_in_cycles') }}
    where event_kind = 'created'
),

inquiries as (
    select count(*) as inquiry_count
    from (
        select distinct
            lead_events.person_id,
            lead_events.cycle_number
        from lead_events
        inner join leads on lead_events.lead_id = leads.lead_id
    ) as cycles_of_leads
),

outcomes as (
    select
        coalesce(sum(row_count) filter (where row_outcome = 'used'), 0) as used_count,
        coalesce(sum(row_count) filter (where row_outcome <> 'used'), 0) as left_out_count,
        coalesce(sum(row_count) filter (where outcome_reason = 'opens no lead cycle'), 0) as unexplained_count
    from {{ ref('source_row_outcomes') }}
    where source_system = 'crm' and source_table = 'leads'
),

received as (
    select received_count
    from {{ ref('source_rows') }}
    where source_system = 'crm' and source_table = 'leads'
)

select
    received.received_count,
    inquiries.inquiry_count,
    outcomes.used_count,
    outcomes.left_out_count,
    outcomes.unexplained_count
from received
cross join inquiries
cross join outcomes
where
    received.received_count <> inquiries.inquiry_count + outcomes.left_out_count
    or outcomes.used_count <> inquiries.inquiry_count
    or outcomes.unexplained_count > 0
