{#- E-mail addresses stop here: what goes on is a keyed hash, a domain and whether the mailbox is a shared one. -#}

{#- Lower case, without blanks; null when it is not an address, so that 'n/a' never joins strangers. -#}
{% macro normalised_email(email) -%}
    {{ extract_match("lower(replace(" ~ email ~ ", ' ', ''))", "'^(?:mailto:|[^<]*<)?([^@<>]+@[^@<>]+[.][^@.<>]+)>?$'") }}
{%- endmacro %}


{#-
    The address by which people are matched: no +tag, and for Google's mailboxes, which ignore them, no dots
    (elsewhere ann.lee and annlee may be two people).
-#}
{% macro email_for_matching(email) -%}
    {%- set address = normalised_email(email) -%}
    {%- set mailbox = "regexp_replace(split_part(" ~ address ~ ", '@', 1), '[+].*$', '')" -%}
    {%- set host = "split_part(" ~ address ~ ", '@', 2)" -%}
    case
        when {{ host }} in ('gmail.com', 'googlemail.com') then replace({{ mailbox }}, '.', '') || '@gmail.com'
        else {{ mailbox }} || '@' || {{ host }}
    end
{%- endmacro %}


{% macro email_hash(email) -%}
    {{ keyed_hash(email_for_matching(email)) }}
{%- endmacro %}


{#- The registrable domain of an address: ann@mail.acme.co.uk is at acme.co.uk. -#}
{% macro email_domain(email) -%}
    {{ registrable_domain("split_part(" ~ normalised_email(email) ~ ", '@', 2)") }}
{%- endmacro %}


{#- True for info@, sales@ and the like: a mailbox of a team, not of one person. -#}
{% macro is_role_mailbox(email) -%}
    coalesce(split_part({{ email_for_matching(email) }}, '@', 1) in (select mailbox_name from {{ ref('role_mailboxes') }}), false)
{%- endmacro %}


{#- Text that may hold an address (a path, a campaign tag, a subject), with the address masked. -#}
{% macro without_emails(text) -%}
    case
        when {{ text }} like '%@%' then {{ replace_matches(text, "'[^ /=&<>:;,]*@[^ /=&<>:;,]*'", "'(e-mail)'") }}
        else {{ text }}
    end
{%- endmacro %}


{#- An id that some systems fill with an e-mail address: then its hash, which equals email_hash of the person. -#}
{% macro id_without_email(id) -%}
    case when {{ id }} like '%@%' then {{ email_hash(id) }} else {{ id }} end
{%- endmacro %}
