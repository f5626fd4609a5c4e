-- Stamps of servers only: browsers' clocks err, and due dates and expected closes lie in the future. One wrong stamp
-- after today would make every open MQL expire; a day more, as it is tomorrow somewhere.
{%- set stamps = [
    ('stg_crm__accounts', 'created_at'),
    ('stg_crm__contacts', 'created_at'),
    ('stg_crm__leads', 'created_at'),
    ('stg_crm__lead_changes', 'changed_at'),
    ('stg_crm__opportunities', 'created_at'),
    ('stg_crm__opportunity_changes', 'changed_at'),
    ('stg_crm__campaign_members', 'created_at'),
    ('stg_crm__tasks', 'created_at'),
    ('stg_crm__events', 'created_at'),
] %}

with days as (
    {%- for model, stamp in stamps %}
    select
        {{ local_date('min(' ~ stamp ~ ')') }} as first_date,
        {{ local_date('max(case when ' ~ stamp ~ ' < ' ~ days_after('current_date', '2') ~ ' then ' ~ stamp ~ ' end)') }} as last_date
    from {{ ref(model) }}
    union all
    {%- endfor %}
    -- without a history of the deals their close is all that tells when they ended
    select
        min(close_date) as first_date,
        max(close_date) as last_date
    from {{ ref('stg_crm__opportunities') }}
    where
        is_closed
        and not exists (select 1 from {{ ref('stg_crm__opportunity_changes') }})
),

days_of_data as (
    select
        min(first_date) as first_date,
        max(last_date) as last_date,
        {% if setting('as_of') %}cast('{{ setting("as_of") }}' as date){% else %}max(last_date){% endif %} as as_of_date
    from days
)

select * from days_of_data
