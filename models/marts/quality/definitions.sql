with listed as (
    {{ definitions_listed() }}
),

definitions as (
    select
        definition_id,
        valid_from_date,
        lead(valid_from_date) over (partition by definition_id order by valid_from_date) as next_valid_from_date,
        definition_kind,
        definition_name,
        definition_text,
        agreed_by,
        definition_reason,
        version_number
    from listed
)

select * from definitions
