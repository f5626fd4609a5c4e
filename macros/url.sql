{#- Parts of a web address. None of them needs the address to be complete: 'acme.com/pricing' is enough. -#}

{#- Lower case, without 'www.', user, port: 'https://www.Acme.com:443/x' is at acme.com. -#}
{% macro url_host(url) -%}
    {{ extract_match("lower(" ~ url ~ ")", "'^(?:[a-z][a-z0-9+.-]*://|//)?(?:[^/?#@]*@)?(?:www[.])?([^/?#:@ ]+[.][^/?#:@ ]+)'") }}
{%- endmacro %}


{#- Decoded, from the first slash to the query, without a slash at the end; '/' for the home page. -#}
{% macro url_path(url) -%}
    {%- set path = extract_match(url, "'^(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*|//[^/?#]*|[^/?#:]*(?::[0-9]+)?)(/(?:[^/?#][^?#]*)?)'") -%}
    coalesce(nullif(regexp_replace({{ decode_percent(path) }}, '/+$', ''), ''), '/')
{%- endmacro %}


{#- The value of a query parameter, still encoded; the first one counts where it is given twice. -#}
{% macro url_parameter(url, name) -%}
    {{ extract_match(url, "'(?i)[?&#]" ~ name ~ "=([^&#]+)'") }}
{%- endmacro %}


{#-
    The domain that a company registers: the last two labels of a host, or three where the second level belongs
    to the country (acme.co.uk, acme.com.br). The labels are those that country registries reserve; hosts of one
    label and addresses of four numbers have no such domain.
-#}
{% macro registrable_domain(host) -%}
    {%- set label = "[^.@ ]+" -%}
    {%- set reserved = "(?:ac|co|com|ed|edu|go|gob|gov|gouv|gub|gv|id|ltd|me|mil|ne|net|nhs|nic|nom|or|org|plc|sch)" -%}
    case
        when {{ host }} is null or {{ matches(host, "'^[0-9.]+$'") }} then null
        else coalesce(
            {{ extract_match("lower(" ~ host ~ ")", "'(" ~ label ~ "[.]" ~ reserved ~ "[.][a-z]{2})$'") }},
            {{ extract_match("lower(" ~ host ~ ")", "'(" ~ label ~ "[.]" ~ label ~ ")$'") }}
        )
    end
{%- endmacro %}
