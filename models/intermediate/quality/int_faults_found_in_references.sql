-- Rows that point to one that no delivery holds, not even as deleted (F05). A table that a company lacks misses nobody.
-- What is gone itself cannot be seen. Touches whose person is gone are told apart (F46).
{%- set keys = {
    'accounts': 'account_id', 'contacts': 'contact_id', 'leads': 'lead_id', 'opportunities': 'opportunity_id',
    'campaigns': 'campaign_id',
} -%}
{%- set references = [
    ('accounts', 'account_id', 'parent_account_id', 'accounts'),
    ('accounts', 'account_id', 'merged_into_account_id', 'accounts'),
    ('contacts', 'contact_id', 'account_id', 'accounts'),
    ('contacts', 'contact_id', 'merged_into_contact_id', 'contacts'),
    ('leads', 'lead_id', 'converted_account_id', 'accounts'),
    ('leads', 'lead_id', 'converted_contact_id', 'contacts'),
    ('leads', 'lead_id', 'converted_opportunity_id', 'opportunities'),
    ('leads', 'lead_id', 'merged_into_lead_id', 'leads'),
    ('lead_changes', 'lead_change_id', 'lead_id', 'leads'),
    ('opportunities', 'opportunity_id', 'account_id', 'accounts'),
    ('opportunities', 'opportunity_id', 'campaign_id', 'campaigns'),
    ('opportunity_changes', 'opportunity_change_id', 'opportunity_id', 'opportunities'),
    ('opportunity_line_items', 'line_item_id', 'opportunity_id', 'opportunities'),
    ('opportunity_contact_roles', 'contact_role_id', 'opportunity_id', 'opportunities'),
    ('opportunity_contact_roles', 'contact_role_id', 'contact_id', 'contacts'),
    ('campaigns', 'campaign_id', 'parent_campaign_id', 'campaigns'),
    ('campaign_members', 'campaign_member_id', 'campaign_id', 'campaigns'),
    ('tasks', 'activity_id', 'account_id', 'accounts'),
    ('events', 'activity_id', 'account_id', 'accounts'),
] -%}
{%- set people_references = [
    ('campaign_members', 'campaign_member_id', 'lead_id'),
    ('campaign_members', 'campaign_member_id', 'contact_id'),
    ('tasks', 'activity_id', 'who_id'),
    ('events', 'activity_id', 'who_id'),
] %}

with delivered as (
    {%- for table, key in keys.items() %}
    select
        '{{ table }}' as table_name,
        {{ key }} as row_key
    from {{ ref('stg_crm__' ~ table) }}
    union all
    {%- endfor %}
    select
        source_table as table_name,
        row_key
    from {{ ref('int_source_rows_set_aside') }}
    where source_system = 'crm' and row_outcome <> 'superseded'
),

people_erased as (
    select record_id
    from {{ ref('int_people_erased') }}
    group by record_id
),

faults_found as (
    {%- for table, key, column, target in references %}
    select
        'F05' as fault_id,
        'crm' as source_system,
        '{{ table }}' as source_table,
        pointing.{{ key }} as row_key,
        '{{ column }} points to no row of {{ target }}' as fault_detail
    from {{ ref('stg_crm__' ~ table) }} as pointing
    left join delivered on pointing.{{ column }} = delivered.row_key and delivered.table_name = '{{ target }}'
    where
        pointing.{{ column }} is not null
        and delivered.row_key is null
        and exists (select 1 from {{ ref('stg_crm__' ~ target) }})
    union all
    {%- endfor %}
    {%- for table, key, column in people_references %}
    select
        'F46' as fault_id,
        'crm' as source_system,
        '{{ table }}' as source_table,
        pointing.{{ key }} as row_key,
        '{{ column }} points to a person who is gone' as fault_detail
    from {{ ref('stg_crm__' ~ table) }} as pointing
    inner join people_erased on pointing.{{ column }} = people_erased.record_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from faults_found
