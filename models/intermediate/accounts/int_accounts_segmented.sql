with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

account_segments as (
    select
        segment,
        smallest_employee_count,
        lead(smallest_employee_count) over (order by smallest_employee_count) as next_employee_count
    from {{ ref('account_segments') }}
),

regions as (
    select * from {{ ref('regions') }}
),

icp_tiers as (
    select * from {{ ref('icp_tiers') }}
),

described as (
    select
        accounts.account_id,
        account_segments.segment,
        regions.region,
        lower(trim(accounts.industry)) as industry
    from accounts
    left join account_segments
        on
            accounts.employee_count >= account_segments.smallest_employee_count
            and (
                account_segments.next_employee_count is null
                or accounts.employee_count < account_segments.next_employee_count
            )
    left join regions on lower(trim(accounts.country)) = regions.country
),

accounts_segmented as (
    select
        described.account_id,
        described.segment,
        described.region,
        min_by(icp_tiers.icp_tier, icp_tiers.rule_priority) as icp_tier
    from described
    left join icp_tiers
        on
            (icp_tiers.segment is null or described.segment = icp_tiers.segment)
            and (icp_tiers.region is null or described.region = icp_tiers.region)
            and (icp_tiers.industry is null or described.industry = icp_tiers.industry)
    group by described.account_id, described.segment, described.region
)

select * from accounts_segmented
