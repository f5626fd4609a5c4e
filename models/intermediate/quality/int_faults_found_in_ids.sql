-- Staging has judged the ids of each row of the CRM (macro id_problem). Only a CRM that has ids of 18 characters with a
-- checksum has them in two spellings: other CRMs' ids of 15 or 18 characters are what they are.
{%- set tables = [
    ('accounts', 'account_id'), ('contacts', 'contact_id'), ('leads', 'lead_id'), ('lead_changes', 'lead_change_id'),
    ('opportunities', 'opportunity_id'), ('opportunity_changes', 'opportunity_change_id'),
    ('opportunity_line_items', 'line_item_id'), ('opportunity_contact_roles', 'contact_role_id'),
    ('campaigns', 'campaign_id'), ('campaign_members', 'campaign_member_id'), ('tasks', 'activity_id'),
    ('events', 'activity_id'),
] %}

with ids_with_checksum as (
    {%- for table, key in [('accounts', 'account_id'), ('contacts', 'contact_id'), ('leads', 'lead_id'), ('opportunities', 'opportunity_id')] %}
    select {{ key }} as id
    from {{ ref('stg_crm__' ~ table) }}
    where {{ has_crm_checksum(key) }} and coalesce(id_problem, '') not like '%of 15 characters'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

faults_found as (
    {%- for table, key in tables %}
    select
        'F45' as fault_id,
        'crm' as source_system,
        '{{ table }}' as source_table,
        {{ key }} as row_key,
        id_problem as fault_detail
    from {{ ref('stg_crm__' ~ table) }}
    where id_problem is not null and exists (select 1 from ids_with_checksum)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from faults_found
