-- A lead whose company is an account that is spelled in another way (F26). Names are few: each is compared once.
with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_named as (
    select * from {{ ref('int_accounts_named_for_matching') }}
),

leads as (
    select * from {{ ref('stg_crm__leads') }}
),

-- a name as it is written, for each name as it is compared
spellings as (
    select distinct
        accounts_named.normalised_name,
        accounts.account_name
    from accounts
    inner join accounts_named on accounts.account_id = accounts_named.account_id
),

lead_names as (
    select distinct
        company_name,
        {{ normalised_company_name('company_name') }} as normalised_name
    from leads
),

odd_spellings as (
    select lead_names.company_name
    from lead_names
    inner join spellings on lead_names.normalised_name = spellings.normalised_name
    group by lead_names.company_name
    having not bool_or(spellings.account_name = lead_names.company_name)
),

faults_found as (
    select
        'F26' as fault_id,
        'crm' as source_system,
        'leads' as source_table,
        leads.lead_id as row_key,
        'the account has another spelling' as fault_detail
    from leads
    inner join odd_spellings on leads.company_name = odd_spellings.company_name
)

select * from faults_found
