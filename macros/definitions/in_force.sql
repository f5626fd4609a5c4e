{#-
    A seed of dated definitions, each row with the days on which it applies: from in_force_from to the day before
    in_force_until. Rows of one key (`key_columns`, several rows when they belong together) apply from their
    valid_from until that of the next; the earliest ones apply before their day too, as history began before anybody
    agreed on it.
-#}
{% macro in_force(relation, key_columns) -%}
    (
        select *
        from {{ relation }}
        inner join (
            select
                {{ key_columns | join(', ') }},
                valid_from,
                case
                    when lag(valid_from) over (partition by {{ key_columns | join(', ') }} order by valid_from) is null
                        then date '0001-01-01'
                    else valid_from
                end as in_force_from,
                coalesce(
                    lead(valid_from) over (partition by {{ key_columns | join(', ') }} order by valid_from), date '9999-12-31'
                ) as in_force_until
            from (select distinct {{ key_columns | join(', ') }}, valid_from from {{ relation }}) as dated
        ) as spans using ({{ key_columns | join(', ') }}, valid_from)
    )
{%- endmacro %}


{#- Whether a row of in_force() applies on a day. What has no day is read by the earliest row. -#}
{% macro applies_on(day, definition) -%}
    (
        coalesce({{ day }}, date '0001-01-01') >= {{ definition }}.in_force_from
        and coalesce({{ day }}, date '0001-01-01') < {{ definition }}.in_force_until
    )
{%- endmacro %}
