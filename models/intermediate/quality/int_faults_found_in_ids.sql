-- Staging has judged the ids of each row of the CRM (macro id_problem).
{%- set tables = [
    ('accounts', 'account_id'), ('contacts', 'contact_id'), ('leads', 'lead_id'), ('lead_changes', 'lead_change_id'),
    ('opportunities', 'opportunity_id'), ('opportunity_changes', 'opportunity_change_id'),
    ('opportunity_line_items', 'line_item_id'), ('opportunity_contact_roles', 'contact_role_id'),
    ('campaigns', 'campaign_id'), ('campaign_members', 'campaign_member_id'), ('tasks', 'activity_id'),
    ('events', 'activity_id'),
] %}

with faults_found as (
    {%- for table, key in tables %}
    select
        'F45' as fault_id,
        'crm' as source_system,
        '{{ table }}' as source_table,
        {{ key }} as row_key,
        id_problem as fault_detail
    from {{ ref('stg_crm__' ~ table) }}
    where id_problem is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from faults_found
