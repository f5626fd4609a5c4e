-- Somebody whose touches are there and whose record is not, in no delivery: erased, or deleted for good. They stay a
-- person without a name, at the account that is remembered, so that no published total moves.
with referred_to as (
    select * from {{ ref('int_people_referred_to') }}
),

leads as (
    select lead_id from {{ ref('stg_crm__leads') }}
),

contacts as (
    select contact_id from {{ ref('stg_crm__contacts') }}
),

rows_set_aside as (
    select row_key
    from {{ ref('int_source_rows_set_aside') }}
    where source_system = 'crm' and source_table in ('leads', 'contacts') and row_outcome <> 'superseded'
),

tables_delivered as (
    select * from {{ ref('int_people_tables_delivered') }}
),

remembered as (
    select * from {{ ref('int_people_records_remembered') }}
),

missing as (
    select
        referred_to.record_type,
        referred_to.record_id
    from referred_to
    cross join tables_delivered
    left join leads on referred_to.record_id = leads.lead_id
    left join contacts on referred_to.record_id = contacts.contact_id
    left join rows_set_aside on referred_to.record_id = rows_set_aside.row_key
    where
        leads.lead_id is null
        and contacts.contact_id is null
        and rows_set_aside.row_key is null
        and case when referred_to.record_type = 'contact' then tables_delivered.has_contacts else tables_delivered.has_leads end
),

last_remembered as (
    select * from remembered
    qualify
        row_number() over (
            partition by record_type, record_id
            order by seen_date desc, account_id asc nulls last, contact_id asc nulls last, opportunity_id asc nulls last
        ) = 1
),

people_erased as (
    select
        missing.record_type,
        missing.record_id,
        case when missing.record_type = 'contact' then missing.record_id else last_remembered.contact_id end as contact_id,
        last_remembered.account_id,
        last_remembered.opportunity_id,
        last_remembered.created_at,
        last_remembered.record_id is not null as is_remembered
    from missing
    left join last_remembered
        on
            missing.record_type = last_remembered.record_type
            and missing.record_id = last_remembered.record_id
)

select * from people_erased
