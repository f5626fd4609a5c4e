-- Amounts missing, not positive, or out of scale (F13), which is far from the other deals of its kind and segment, or from what
-- the deal itself said elsewhere: a slip of two digits is a factor of 100, and no negotiation comes near half of that.
{%- set slip = 50 %}
{%- set enough = 30 %}  {#- deals to compare with #}

with staged as (
    select * from {{ ref('stg_crm__opportunities') }}
),

changes as (
    select * from {{ ref('int_opportunity_changes_gathered') }}
),

line_items as (
    select * from {{ ref('stg_crm__opportunity_line_items') }}
),

compared_by_amount as (
    select * from {{ ref('int_opportunities_compared_by_amount') }}
),

said_elsewhere as (
    select
        opportunity_id,
        max(amount) as largest_amount,
        min(amount) as smallest_amount
    from (
        select
            opportunity_id,
            amount
        from changes
        where amount > 0
        union all
        select
            opportunity_id,
            sum(total_price) as amount
        from line_items
        group by opportunity_id
        having sum(total_price) > 0
    ) as amounts
    group by opportunity_id
),

found as (
    select
        'F13' as fault_id,
        opportunity_id,
        case when amount is null then 'amount missing' when amount = 0 then 'amount of zero' else 'amount below zero' end
            as fault_detail
    from staged
    where amount is null or amount <= 0
    union all
    select
        'F13' as fault_id,
        staged.opportunity_id,
        'out of scale with its own history or products' as fault_detail
    from staged
    inner join said_elsewhere on staged.opportunity_id = said_elsewhere.opportunity_id
    where
        staged.amount > 0
        and (
            staged.amount >= {{ slip }} * said_elsewhere.largest_amount
            or staged.amount * {{ slip }} <= said_elsewhere.smallest_amount
        )
    union all
    -- half of the values lie within the usual distance, as in 0.6745 standard deviations of the bell curve
    select
        'F13' as fault_id,
        opportunity_id,
        'out of scale with the deals of its kind and segment' as fault_detail
    from compared_by_amount
    where compared_count >= {{ enough }} and usual_distance > 0 and 0.6745 * distance >= {{ fault_limit('F13') }} * usual_distance
),

faults_found as (
    select
        fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        opportunity_id as row_key,
        fault_detail
    from found
)

select * from faults_found
