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


{#- One of the three characters: its five bits tell which of five characters are capitals. -#}
{% macro crm_id_checksum(id, first_position) -%}
    substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
    {%- for offset in range(5) %} + case when substr({{ id }}, {{ first_position + offset }}, 1) between 'A' and 'Z' then {{ 2 ** offset }} else 0 end
    {%- endfor %}, 1)
{%- endmacro %}
