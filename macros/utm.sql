{#- A campaign tag in one spelling: decoded, lower case, trimmed. -#}
{% macro utm_spelling(text) -%}
    {%- set spaced = "replace(" ~ text ~ ", '+', ' ')" -%}
    trim(lower({{ decode_percent(spaced) }}))
{%- endmacro %}


{#-
    The value of a tag in one spelling. A placeholder that the ad platform never filled (curly brackets, [[adid]],
    __CID__) and '(not set)' are no value; an address that a mailing wrote into it is masked.
-#}
{% macro utm_value(tag) -%}
    case
        when {{ tag }} in ('', '(not set)', 'not set', '(none)', 'none', 'null', 'undefined') then null
        when {{ tag }} like '[[%' or {{ matches(tag, "'[{}]|^__.*__$'") }} then null
        else {{ without_emails(tag) }}
    end
{%- endmacro %}


{#- A tag from the column that the tracker filled, else from the query of the page's address. -#}
{% macro utm_text(column, url, name) -%}
    coalesce({{ column }}, case when {{ url }} like '%=%' then {{ url_parameter(url, name) }} end)
{%- endmacro %}


{#-
    Which ad platform's click id the address carries (seeds/definitions/click_ids): the tag that survives when the utm
    ones were lost.
-#}
{% macro click_id_type(url) -%}
    {%- set types = definition_column('click_ids', 'click_id_type') | join('|') or '-' -%}
    case when {{ url }} like '%=%' then lower({{ extract_match(url, "'(?i)[?&#](" ~ types ~ ")=[^&#]'") }}) end
{%- endmacro %}


{#-
    What had to be mended in the tags of an address, if anything was: a placeholder is no value, of a tag given twice
    the first counts, a spelling is brought to the usual one, and without tags an ad's click id tells the source.
    `tags` are the tags as given and as spelled: [('utm_source', 'source_tag'), ...], null where not given.
-#}
{% macro tag_problem(url, tags) -%}
    case
        when {% for given, tag in tags %}({{ given }} is not null and {{ utm_value(tag) }} is null){{ ' or ' if not loop.last }}{% endfor %}
            then 'placeholder'
        when {{ url }} like '%&%' and ({% for given, tag in tags -%}
                {{ matches(url, "'(?i)[?&#]" ~ given ~ "=[^#]*&" ~ given ~ "='") }}{{ ' or ' if not loop.last }}
            {%- endfor %})
            then 'given twice'
        when {% for given, tag in tags %}{{ given }} <> {{ tag }}{{ ' or ' if not loop.last }}{% endfor %}
            then 'spelling'
        when click_id_type is not null and coalesce({{ tags | map('first') | join(', ') }}) is null
            then 'click id only'
    end
{%- endmacro %}
