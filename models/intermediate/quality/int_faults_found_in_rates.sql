with conversion_rates as (
    select * from {{ ref('stg_crm__conversion_rates') }}
),

valued as (
    select * from {{ ref('int_opportunities_valued') }}
),

compared as (
    select
        conversion_rate_id,
        currency_code,
        valid_until_date,
        lead(valid_from_date) over (
            partition by currency_code order by valid_from_date, conversion_rate_id
        ) as next_valid_from_date
    from conversion_rates
),

faults_found as (
    select
        'F15' as fault_id,
        'crm' as source_system,
        'conversion_rates' as source_table,
        conversion_rate_id as row_key,
        case when next_valid_from_date > valid_until_date then 'days without a rate follow' else 'overlaps the next rate' end
            as fault_detail
    from compared
    where next_valid_from_date <> valid_until_date
    union all
    select
        'F15' as fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        valued.opportunity_id as row_key,
        'closes before the first rate of its currency' as fault_detail
    from valued
    where
        valued.amount_problem = 'no conversion rate'
        and valued.currency_code in (select compared.currency_code from compared)
)

select * from faults_found
