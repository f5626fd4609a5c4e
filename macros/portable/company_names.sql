{#-
    A company's name without what varies from one spelling to the next: case, accents, punctuation and the legal
    form at the end. 'Müller & Söhne GmbH' and 'MULLER & SOHNE' are one company.
-#}
{% macro normalised_company_name(text) -%}
    {%- set accented = 'áàâäãåāçćčéèêëēėęíìîïīłñńóòôöõøōśšúùûüūýÿžźż' -%}
    {%- set plain = 'aaaaaaaccceeeeeeeiiiiilnnooooooossuuuuuyyzzz' -%}
    {%- set lower_plain = "translate(lower(" ~ text ~ "), '" ~ accented ~ "', '" ~ plain ~ "')" -%}
    {#- dots and apostrophes go (S.A. is SA); other signs part words; letters of any script stay -#}
    {%- set joined = replace_everywhere(lower_plain, "[.`’]|['']", "") -%}
    {#- a [ within brackets means something else to Java than to RE2, so both kinds become round first -#}
    {%- set rounded = "translate(" ~ joined ~ ", '[]', '()')" -%}
    {%- set words = replace_everywhere(rounded, "[ ,;:/&+(){}<>_!?*#|@=~-]+", " ") -%}
    {%- set legal_forms = "( (incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|gmbh|mbh|ag|kg|se|sa|sas|sarl|srl|spa|bv|nv|ab|as|asa|oy|oyj|pty|pvt|ltda|kk|holdings?|group))+$" -%}
    nullif(trim({{ replace_everywhere("trim(" ~ words ~ ")", legal_forms, "") }}), '')
{%- endmacro %}


{#- Every match of the pattern replaced. -#}
{% macro replace_everywhere(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_everywhere')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_everywhere(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__replace_everywhere(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}
