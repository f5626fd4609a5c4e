-- Named so that no two threads look at a raw table.
-- depends_on: {{ ref('stg_crm__campaign_members') }}
with

raw_campaign_members as (
    select * from {{ raw_earlier('crm', 'campaign_members') }}
),

earlier_campaign_members as (
    select distinct
        {{ crm_id('id') }} as campaign_member_id,
        created_date as created_at,
        first_responded_date as responded_date,
        status as member_status,
        has_responded
    from raw_campaign_members
    where not coalesce(is_deleted, false)
)

select * from earlier_campaign_members
