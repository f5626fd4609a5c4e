-- Two branches per source table: what the door refuses, and of the keys with several rows or a deleted one, what
-- does not count. Staging is named so that it was built before and no other thread is looking at a raw table too.
{%- set branches = [] -%}
{%- for system, table in source_tables() %}
-- depends_on: {{ ref('stg_' ~ system ~ '__' ~ table) }}
    {%- set contract = raw_contract(system, table) -%}
    {%- set refused -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            row_key,
            source_file,
            source_row,
            row_outcome,
            row_problem,
            cost_day,
            cost_amount,
            cost_account,
            cost_currency
        from {{ raw_refused(contract) }} as refused_rows
    {%- endset -%}
    {%- do branches.append(refused) -%}
    {%- if contract.is_present -%}
        {%- set is_merged = contract.columns | selectattr('name', 'equalto', 'master_record_id') | list -%}
        {%- set keys_to_rank -%}
            in (
                select key_guess
                from (
                    select {{ raw_key_guess(contract) }} as key_guess, {{ contract.is_gone_as_landed }} as is_gone
                    from {{ contract.relation }}
                ) as landed_keys
                group by key_guess
                having count(*) > 1 or bool_or(is_gone)
            )
        {%- endset -%}
        {%- set not_counted -%}
        select
            '{{ system }}',
            '{{ table }}',
            row_key,
            _source_file,
            _source_row,
            case when version_rank > 1 then 'superseded' else 'deleted at source' end,
            superseded_because
            {%- for value in raw_cost(contract, is_usable=true).values() %},
            {{ value }}
            {%- endfor %}
        from (
            select
                *,
                {{ raw_superseded_because(contract) }} as superseded_because
            from (
                select
                    *,
                    row_number() over (partition by row_key order by {{ raw_newest_first(contract) }}) as version_rank
                from (
                    select *, {{ raw_key(contract) }} as row_key
                    from {{ raw_usable(contract, keys_to_rank) }} as usable_rows
                ) as usable_rows_with_keys
            ) as ranked_rows
        ) as explained_rows
        where version_rank > 1 or ({{ contract.is_gone }}){{ ' and master_record_id is null' if is_merged }}
        {%- endset -%}
        {%- do branches.append(not_counted) -%}
    {%- endif -%}
{%- endfor %}

with

set_aside as (
    {{ branches | join('\n    union all\n    ') }}
),

source_rows_set_aside as (
    select
        source_system,
        source_table,
        {{ key_hash("source_system || '.' || source_table", 'row_key') }} as key_hash,
        {{ without_emails('row_key') }} as row_key,
        source_file,
        source_row,
        row_outcome,
        row_problem,
        cost_day,
        cost_amount,
        cost_account,
        cost_currency
    from set_aside
)

select * from source_rows_set_aside
