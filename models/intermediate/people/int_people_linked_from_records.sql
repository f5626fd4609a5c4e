-- Records that share a key are one person. Each round gives every record the smallest number found among the
-- records that share one of its keys; a test holds that these rounds were enough.
{%- set keys = ['merge_key', 'contact_key', 'mailbox_key'] %}
{%- set rounds = 4 %}

with records as (
    select * from {{ ref('int_people_records_keyed') }}
),

-- a contact is made from a lead in the same second: the lead came first
numbered as (
    select
        *,
        row_number() over (order by created_at asc nulls last, record_type desc, record_id asc) as record_number
    from records
),

-- A key is from here on the number of its first record: the rounds compare numbers, not hashes of 64 characters.
round_0 as (
    select
        record_number,
        {%- for key in keys %}
        min(record_number) over (partition by {{ key }}) as {{ key }},
        {%- endfor %}
        record_number as first_record_number
    from numbered
),

{%- set steps = namespace(previous='round_0', number=0) %}
{%- for _ in range(rounds) %}
{%- for key in keys %}
{%- set steps.number = steps.number + 1 %}

round_{{ steps.number }} as (
    select
        record_number,
        {{ keys | join(', ') }},
        min(first_record_number) over (partition by {{ key }}) as first_record_number
    from {{ steps.previous }}
),
{%- set steps.previous = 'round_' ~ steps.number %}
{%- endfor %}
{%- endfor %}

people_linked_from_records as (
    select
        numbered.record_key,
        numbered.record_type,
        numbered.record_id,
        first_records.name_of_person as person_id,
        numbered.merge_key,
        numbered.contact_key,
        numbered.mailbox_key,
        numbered.is_in_cycle
    from {{ steps.previous }} as last_round
    inner join numbered on last_round.record_number = numbered.record_number
    inner join numbered as first_records on last_round.first_record_number = first_records.record_number
)

select * from people_linked_from_records
