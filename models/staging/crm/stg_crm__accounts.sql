with

raw_accounts as (
    select * from {{ raw('crm', 'accounts') }}
),

accounts as (
    select
        {{ crm_id('id') }} as account_id,
        {{ crm_id('parent_id') }} as parent_account_id,
        case when is_deleted then {{ crm_id('master_record_id') }} end as merged_into_account_id,
        {{ crm_id('owner_id') }} as owner_id,
        {{ crm_id('marketer_id') }} as marketer_id,
        created_date as created_at,
        {{ without_emails('name') }} as account_name,
        {{ registrable_domain(url_host('website')) }} as account_domain,
        type as account_type,
        industry,
        billing_country as country,
        {{ id_problem(['id', 'parent_id', 'owner_id', 'master_record_id']) }} as id_problem,
        number_of_employees as employee_count,
        annual_revenue
    from raw_accounts
    where not coalesce(is_deleted, false) or master_record_id is not null
)

select * from accounts
