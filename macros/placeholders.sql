{#- The placeholders of seeds/definitions: texts that stand in an id where there is none. -#}
{% macro placeholders() -%}
    {{ return(definition_column('placeholders', 'placeholder')) }}
{%- endmacro %}


{#-
    An id, null when it is a placeholder. `id` is the id as it landed, `value` what to read of it. Nearly every id is
    longer than the words and no hash: only what may be a placeholder is compared. Salesforce ends its zeros with AAA.
-#}
{% macro no_placeholder(id, value) -%}
    {%- set words = placeholders() | map('lower') | list -%}
    {%- set lengths = words | map('length') | unique | list -%}
    {%- set longest_word = ([0] + lengths | select('lt', 20) | list) | max -%}
    {%- set of_hashes = lengths | select('ge', 20) | list -%}
    {%- set literals = [] -%}
    {%- for word in words -%}{%- do literals.append(text_literal(word)) -%}{%- endfor -%}
    {%- if not words -%}
        {{ return(value) }}
    {%- endif -%}
    case
        when
            (length({{ id }}) <= {{ longest_word }}{% if of_hashes %} or length({{ id }}) in ({{ of_hashes | join(', ') }}){% endif %})
            and lower(trim({{ id }})) in ({{ literals | join(', ') }})
            then null
        {%- if '0' in words %}
        when {{ id }} like '0%' and replace(replace({{ id }}, '0', ''), '-', '') in ('', 'AAA') then null
        {%- endif %}
        else {{ value }}
    end
{%- endmacro %}


{#-
    A pattern of the addresses of nobody, however they are written: null@acme.com, 'undefined+1 @ acme.com'. Nan and Nil
    are names of people: as an id they stand for nothing, as a mailbox for somebody.
-#}
{% macro placeholder_mailboxes() -%}
    {%- set words = [] -%}
    {%- for word in placeholders() if modules.re.match('^[a-z]+$', word) and word not in ['nan', 'nil'] -%}{%- do words.append(word) -%}{%- endfor -%}
    {{ return("'(^|[<: ])(" ~ (words | join('|') or '@') ~ ") *([+][^@]*)?@'") }}
{%- endmacro %}
