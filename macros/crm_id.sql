{#-
    A record id in its one spelling. Salesforce gives the same record as 15 case-sensitive characters or as 18,
    the last three saying which of the first fifteen are capitals; exports mix both. Ids of any other length,
    and so of any other CRM, stay as they are.
-#}
{% macro crm_id(id) -%}
    case
        when length({{ id }}) = 15 and {{ matches(id, "'^[A-Za-z0-9]+$'") }} then {{ id }}
        {%- for first_position in [1, 6, 11] %} || {{ crm_id_checksum(id, first_position) }}{% endfor %}
        else {{ id }}
    end
{%- endmacro %}


{#- Whether an id of 18 characters ends with the checksum of its first fifteen. -#}
{% macro has_crm_checksum(id) -%}
    length({{ id }}) = 18 and substr({{ id }}, 16, 3) =
    {%- for first_position in [1, 6, 11] %} {{ crm_id_checksum(id, first_position) }}{{ ' ||' if not loop.last }}{% endfor %}
{%- endmacro %}


{#- One of the three characters: its five bits tell which of five characters are capitals. -#}
{% macro crm_id_checksum(id, first_position) -%}
    substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
    {%- for offset in range(5) %} + case when substr({{ id }}, {{ first_position + offset }}, 1) between 'A' and 'Z' then {{ 2 ** offset }} else 0 end
    {%- endfor %}, 1)
{%- endmacro %}


{#-
    What is wrong with the spelling of the ids of a row, null when nothing is: one in 15 characters, or one that is
    neither that nor 18 beside others of 18, as when a spreadsheet has eaten its zeros. Other CRMs have ids of any length.
-#}
{% macro id_problem(ids) -%}
    case
        {%- for id in ids %}
        when length({{ id }}) = 15 and {{ matches(id, "'^[A-Za-z0-9]+$'") }} then '{{ id.split('.') | last }} of 15 characters'
        {%- endfor %}
        when
            greatest(length({{ ids | join('), length(') }})) = 18
            and least(length({{ ids | join('), length(') }})) <> 18
            then 'ids of several lengths'
    end
{%- endmacro %}
