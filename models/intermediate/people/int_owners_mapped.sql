-- Who answers for what somebody owns: a row of owner_mappings, else a user for themselves, else the manager. Only who
-- is said to be not active has left: a company that does not say so has none who did.
with leads as (
    select owner_id from {{ ref('stg_crm__leads') }}
),

contacts as (
    select owner_id from {{ ref('stg_crm__contacts') }}
),

accounts as (
    select owner_id from {{ ref('stg_crm__accounts') }}
),

opportunities as (
    select owner_id from {{ ref('stg_crm__opportunities') }}
),

users as (
    select
        *,
        coalesce(is_active, true) as is_working
    from {{ ref('stg_crm__users') }}
),

users_delivered as (
    select count(*) as users_counted from users
),

owner_mappings as (
    select * from {{ ref('owner_mappings') }}
),

owners as (
    {%- for owned in ['leads', 'contacts', 'accounts', 'opportunities'] %}
    select owner_id
    from {{ owned }}
    where owner_id is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

owners_mapped as (
    select
        owners.owner_id,
        case
            when owner_mappings.responsible_owner_id is not null then owner_mappings.responsible_owner_id
            when users.is_working or users_delivered.users_counted = 0 then owners.owner_id
            when managers.is_working then managers.user_id
        end as responsible_owner_id,
        case
            when users.is_working or users_delivered.users_counted = 0 then 'active'
            when users.user_id is not null then 'has left'
            when length(owners.owner_id) = 18 and owners.owner_id like '00G%' then 'queue'
            else 'no user'
        end as owner_status
    from owners
    cross join users_delivered
    left join users on owners.owner_id = users.user_id
    left join users as managers on users.manager_id = managers.user_id
    left join owner_mappings on owners.owner_id = owner_mappings.owner_id
)

select * from owners_mapped
