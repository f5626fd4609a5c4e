-- Of leads and contacts. The order of leads with one address is that of their creation: the first one is no copy.
with records as (
    select
        gathered.*,
        keyed.mailbox_key,
        keyed.contact_key,
        keyed.is_in_cycle
    from {{ ref('int_people_records_gathered') }} as gathered
    inner join {{ ref('int_people_records_keyed') }} as keyed on gathered.record_key = keyed.record_key
    where not gathered.is_erased
),

listed_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

records_excluded as (
    select * from {{ ref('int_people_records_excluded') }}
),

mailboxes_shared as (
    select mailbox_key
    from records
    group by mailbox_key
    having count(*) > 1
),

of_several as (
    select
        records.*,
        row_number() over (
            partition by records.record_type, records.mailbox_key
            order by records.created_at asc nulls last, records.record_id asc
        ) as record_number,
        max(case when records.record_type = 'contact' then 1 else 0 end)
            over (partition by records.mailbox_key) as contact_count
    from records
    inner join mailboxes_shared on records.mailbox_key = mailboxes_shared.mailbox_key
),

found as (
    select
        'F01' as fault_id,
        record_type,
        record_id,
        'an older lead has its address' as fault_detail
    from of_several
    where record_type = 'lead' and record_number > 1
    union all
    select
        'F02' as fault_id,
        record_type,
        record_id,
        'a contact has its address' as fault_detail
    from of_several
    where record_type = 'lead' and contact_count > 0 and contact_id is null
    union all
    select
        'F03' as fault_id,
        record_type,
        record_id,
        case when is_in_cycle then 'merged in a circle' else 'merged into ' || merged_into_record_id end as fault_detail
    from records
    where merged_into_record_id is not null
    union all
    select
        'F23' as fault_id,
        records.record_type,
        records.record_id,
        records_excluded.exclusion_reason as fault_detail
    from records
    inner join records_excluded on records.record_key = records_excluded.record_key
    union all
    select
        'F24' as fault_id,
        records.record_type,
        records.record_id,
        case when records.is_role_mailbox then 'shared mailbox' else listed_domains.reason end as fault_detail
    from records
    left join listed_domains
        on
            records.email_domain = listed_domains.email_domain
            and listed_domains.reason in ('free mail', 'internet provider', 'disposable')
    where records.is_role_mailbox or listed_domains.email_domain is not null
),

faults_found as (
    select
        fault_id,
        'crm' as source_system,
        record_type || 's' as source_table,
        record_id as row_key,
        fault_detail
    from found
)

select * from faults_found
