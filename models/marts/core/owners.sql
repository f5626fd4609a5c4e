with users as (
    select * from {{ ref('stg_crm__users') }}
),

owners_mapped as (
    select * from {{ ref('int_owners_mapped') }}
),

regions as (
    select * from {{ ref('regions') }}
),

owner_ids as (
    select user_id as owner_id
    from users
    union
    select owner_id
    from owners_mapped
),

owners as (
    select
        owner_ids.owner_id,
        users.manager_id as manager_owner_id,
        owners_mapped.responsible_owner_id,
        users.job_title as owner_role,
        users.department as team,
        coalesce(regions.region, 'unknown') as region,
        case
            when users.is_active then 'yes'
            when not users.is_active then 'no'
            else 'unknown'
        end as active_state,
        owners_mapped.owner_id is not null as owns_records
    from owner_ids
    left join users on owner_ids.owner_id = users.user_id
    left join owners_mapped on owner_ids.owner_id = owners_mapped.owner_id
    left join regions on lower(trim(users.country)) = regions.country
)

select * from owners
