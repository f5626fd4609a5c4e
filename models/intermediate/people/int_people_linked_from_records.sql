-- Records that share a key are one person. Each round gives every record the smallest number found among the
-- records that share one of its keys; a test holds that these rounds were enough.
{%- set keys = ['merge_key', 'contact_key', 'mailbox_key'] %}
{%- set rounds = 4 %}

with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

records_merged as (
    select * from {{ ref('int_people_records_merged') }}
),

round_0 as (
    select
        records.record_type,
        records.record_id,
        records.record_number,
        records_merged.is_in_cycle,
        records.record_type || ':' || records_merged.surviving_record_id as merge_key,
        coalesce('contact:' || records.contact_id, 'lead:' || records.record_id) as contact_key,
        -- info@ is read by several people, so it joins nobody
        case
            when records.email_hash is null or records.is_role_mailbox then records.record_type || ':' || records.record_id
            else records.email_hash
        end as mailbox_key,
        records.record_number as first_record_number
    from records
    inner join records_merged
        on
            records.record_type = records_merged.record_type
            and records.record_id = records_merged.record_id
),

{%- set steps = namespace(previous='round_0', number=0) %}
{%- for _ in range(rounds) %}
{%- for key in keys %}
{%- set steps.number = steps.number + 1 %}

round_{{ steps.number }} as (
    select
        record_type,
        record_id,
        record_number,
        is_in_cycle,
        {{ keys | join(', ') }},
        min(first_record_number) over (partition by {{ key }}) as first_record_number
    from {{ steps.previous }}
),
{%- set steps.previous = 'round_' ~ steps.number %}
{%- endfor %}
{%- endfor %}

people_linked_from_records as (
    select
        last_round.record_type,
        last_round.record_id,
        -- where a lead and a contact have the same id, the contact's says so
        case
            when first_records.record_type = 'contact' and lead_ids.record_id is not null
                then 'contact:' || first_records.record_id
            else first_records.record_id
        end as person_id,
        last_round.record_number,
        last_round.merge_key,
        last_round.contact_key,
        last_round.mailbox_key,
        last_round.is_in_cycle
    from {{ steps.previous }} as last_round
    inner join records as first_records on last_round.first_record_number = first_records.record_number
    left join records as lead_ids
        on
            first_records.record_id = lead_ids.record_id
            and lead_ids.record_type = 'lead'
)

select * from people_linked_from_records
