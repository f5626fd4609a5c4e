{#-
    A campaign tag as people meant it: decoded, lower case, trimmed. A placeholder that the ad platform never
    filled (curly brackets, [[adid]], __CID__) and '(not set)' are no value.
-#}
{% macro utm_value(text) -%}
    {%- set decoded = "trim(lower(" ~ decode_percent("replace(" ~ text ~ ", '+', ' ')") ~ "))" -%}
    case
        when {{ decoded }} in ('', '(not set)', 'not set', '(none)', 'null', 'undefined', 'none') then null
        when {{ matches(decoded, "'[{}]|^__.*__$|^[[][[]'") }} then null
        else {{ without_emails(decoded) }}
    end
{%- endmacro %}


{#- A tag from the column that the tracker filled, else from the query of the page's address. -#}
{% macro utm_from(column, url, name) -%}
    coalesce(
        {{ utm_value(column) }},
        case when {{ url }} like '%=%' then {{ utm_value(url_parameter(url, name)) }} end
    )
{%- endmacro %}


{#- Which ad platform's click id the address carries: the tag that survives when the utm ones were lost. -#}
{% macro click_id_type(url) -%}
    {%- set found = "lower(" ~ extract_match(url, "'(?i)[?&#](gclid|gbraid|wbraid|msclkid|fbclid|li_fat_id)=[^&#]'") ~ ")" -%}
    case
        when {{ url }} like '%=%'
            then case when {{ found }} in ('gbraid', 'wbraid') then 'gclid' else {{ found }} end
    end
{%- endmacro %}
