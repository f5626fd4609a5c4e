{#- Expressions on text that DuckDB and Spark spell differently. -#}

{#- True when the pattern (RE2 and Java agree on what is used here) is found anywhere in the text. -#}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches')(text, pattern) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike {{ pattern }})
{%- endmacro %}


{#- The first match of a group of a pattern; null when there is none. -#}
{% macro extract_match(text, pattern, group=1) -%}
    nullif(regexp_extract({{ text }}, {{ pattern }}, {{ group }}), '')
{%- endmacro %}


{#-
    Personal data in a form that joins but does not read: SHA-256 with the company's key, which comes from the
    environment variable TOUCHSTONE_HASH_KEY. The sample's people do not exist, so its key is public.
-#}
{% macro keyed_hash(text) -%}
    {{ adapter.dispatch('keyed_hash')(text) }}
{%- endmacro %}

{% macro default__keyed_hash(text) -%}
    sha256('{{ env_var("TOUCHSTONE_HASH_KEY", "sample") | replace("'", "''") }}' || ':' || {{ text }})
{%- endmacro %}

{% macro spark__keyed_hash(text) -%}
    {#- a backslash in a text means itself there only when it is written twice -#}
    sha2('{{ env_var("TOUCHSTONE_HASH_KEY", "sample") | replace("\\", "\\\\") | replace("'", "''") }}' || ':' || {{ text }}, 256)
{%- endmacro %}


{#- A name as a key: lower case, and every run of spaces, underscores, plus signs and hyphens is one hyphen. -#}
{% macro name_key(text) -%}
    nullif(trim({{ replace_matches('lower(trim(' ~ text ~ '))', "'[ _+-]+'", "'-'") }}), '')
{%- endmacro %}


{#- The text with every match of the pattern replaced. -#}
{% macro replace_matches(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_matches')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro spark__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}


{#- The text with %20 and the like decoded; unchanged when the encoding is broken. -#}
{% macro decode_percent(text) -%}
    {{ adapter.dispatch('decode_percent')(text) }}
{%- endmacro %}

{% macro default__decode_percent(text) -%}
    case when {{ text }} like '%|%%' escape '|' then coalesce(try(url_decode({{ text }})), {{ text }}) else {{ text }} end
{%- endmacro %}

{#- Java reads a plus sign as a blank, refuses the whole text for one stray %, and bytes that are no UTF-8 as U+FFFD. -#}
{% macro spark__decode_percent(text) -%}
    {%- set strays_kept = "regexp_replace(" ~ text ~ ", '%(?![0-9A-Fa-f][0-9A-Fa-f])', '%25')" -%}
    {%- set decoded = "try_url_decode(replace(" ~ strays_kept ~ ", '+', '%2B'))" -%}
    case
        when {{ text }} like '%|%%' escape '|' and instr({{ decoded }}, '\uFFFD') = 0 then {{ decoded }}
        else {{ text }}
    end
{%- endmacro %}


{#- A text as a literal. -#}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal')(text | string)) }}
{%- endmacro %}

{% macro default__text_literal(text) -%}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro spark__text_literal(text) -%}
    {{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "''") ~ "'") }}
{%- endmacro %}
