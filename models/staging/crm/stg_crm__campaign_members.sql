with

raw_campaign_members as (
    select * from {{ raw('crm', 'campaign_members') }}
),

campaign_members as (
    select
        {{ crm_id('id') }} as campaign_member_id,
        {{ crm_id('campaign_id') }} as campaign_id,
        {{ crm_id('lead_id') }} as lead_id,
        {{ crm_id('contact_id') }} as contact_id,
        created_date as created_at,
        first_responded_date as responded_date,
        status as member_status,
        {{ id_problem(['id', 'campaign_id', 'lead_id', 'contact_id']) }} as id_problem,
        has_responded
    from raw_campaign_members
    where not coalesce(is_deleted, false)
)

select * from campaign_members
