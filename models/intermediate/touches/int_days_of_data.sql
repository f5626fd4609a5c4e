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

with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

stages as (
    select * from {{ in_force(ref('opportunity_stages'), ['stage_name']) }}
),

stamped as (
    {%- for model, stamp in stamps %}
    select
        {{ local_date('min(' ~ stamp ~ ')') }} as first_date,
        {{ local_date('max(case when ' ~ stamp ~ ' < ' ~ days_after('current_date', '2') ~ ' then ' ~ stamp ~ ' end)') }} as last_date
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- without a history of the deals their close is all that tells when they ended
closes as (
    select
        opportunities.close_date,
        row_number() over (order by opportunities.close_date, opportunities.opportunity_id) * 2 <= count(*) over ()
            as is_in_first_half
    from opportunities
    left join stages
        on
            {{ label('opportunities.stage_name') }} = stages.stage_name
            and {{ applies_on('opportunities.close_date', 'stages') }}
    where
        opportunities.close_date < {{ days_after('current_date', '2') }}
        and {{ is_closed_deal('opportunities', 'stages') }}
        and not exists (select 1 from {{ ref('stg_crm__opportunity_changes') }})
),

-- the data reach at least to the newest stamp, and to the day by which half of the deals had closed
closed as (
    select
        min(close_date) as first_date,
        max(case when is_in_first_half then close_date end) as half_date
    from closes
),

reached as (
    select
        closed.first_date,
        coalesce(
            greatest(
                (select max(stamped.last_date) from stamped),
                closed.half_date
            ), closed.first_date
        ) as reached_date
    from closed
),

-- A later close is as good as a stamp while no longer time without anything than the limit of F12 lies before it;
-- what is beyond, a year typed wrong, happened on a day that nobody knows.
later_closes as (
    select
        closes.close_date,
        {{ days_between('greatest(reached.reached_date, lag(closes.close_date) over (order by closes.close_date))', 'closes.close_date') }}
        > {{ fault_limit('F12') }} as is_beyond
    from closes
    cross join reached
    where closes.close_date > reached.reached_date
),

first_beyond as (
    select coalesce(min(close_date), date '9999-12-31') as beyond_date
    from later_closes
    where is_beyond
),

days as (
    select * from stamped
    union all
    select
        first_date,
        reached_date as last_date
    from reached
    union all
    select
        null as first_date,
        max(later_closes.close_date) as last_date
    from later_closes
    cross join first_beyond
    where later_closes.close_date < first_beyond.beyond_date
),

days_of_data as (
    select
        min(first_date) as first_date,
        max(last_date) as last_date,
        {% if setting('as_of') %}cast('{{ setting("as_of") }}' as date){% else %}max(last_date){% endif %} as as_of_date
    from days
)

select * from days_of_data
