-- What makes two records one person, as three keys: records that share one of them are the same human.
with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

records_merged as (
    select * from {{ ref('int_people_records_merged') }}
),

records_keyed as (
    select
        records.record_key,
        records.record_type,
        records.record_id,
        records.created_at,
        -- where a lead and a contact have the same id, the contact's says so
        case
            when
                records.record_type = 'contact'
                and count(*) over (partition by records.record_id) > 1
                then records.record_key
            else records.record_id
        end as name_of_person,
        coalesce(records_merged.surviving_record_key, records.record_key) as merge_key,
        coalesce('contact:' || records.contact_id, 'lead:' || records.record_id) as contact_key,
        -- info@ is read by several people, so it joins nobody
        case
            when records.email_hash is null or records.is_role_mailbox then records.record_key
            else records.email_hash
        end as mailbox_key,
        coalesce(records_merged.is_in_cycle, false) as is_in_cycle
    from records
    left join records_merged on records.record_key = records_merged.record_key
)

select * from records_keyed
