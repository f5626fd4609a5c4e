{#-
    E-mail addresses stop in staging: what goes on is a keyed hash, a domain and whether the mailbox is a shared
    one. A model normalises the address first and makes the three from that.
-#}

{#-
    Lower case, without blanks; null when it is not an address or one of nobody (null@acme.com), so that 'n/a' never
    joins strangers.
-#}
{% macro normalised_email(email) -%}
    case
        when not {{ matches('lower(' ~ email ~ ')', placeholder_mailboxes()) }}
            then {{ extract_match("lower(replace(" ~ email ~ ", ' ', ''))", "'^(?:mailto:|[^<]*<)?([^@<>]+@[^@<>]+[.][^@.<>]+)>?$'") }}
    end
{%- endmacro %}


{#-
    The hash by which people are matched, of a normalised address: without its +tag, and for Google's mailboxes,
    which ignore them, without dots (elsewhere ann.lee and annlee may be two people).
-#}
{% macro email_hash(address) -%}
    {#- No split_part here: in a branch of a case over a column that is absent DuckDB 2.0 cannot bind it. -#}
    {%- set untagged = "regexp_replace(" ~ address ~ ", '[+][^@]*@', '@')" -%}
    {{ keyed_hash(
        "case when " ~ address ~ " like '%@gmail.com' or " ~ address ~ " like '%@googlemail.com'"
        ~ " then replace(regexp_replace(" ~ untagged ~ ", '@.*$', ''), '.', '') || '@gmail.com' else " ~ untagged ~ " end"
    ) }}
{%- endmacro %}


{#- The registrable domain of a normalised address: ann@mail.acme.co.uk is at acme.co.uk. -#}
{% macro email_domain(address) -%}
    {{ registrable_domain("split_part(" ~ address ~ ", '@', 2)") }}
{%- endmacro %}


{#- True for info@, sales@ and the like: a mailbox of a team, not of one person. -#}
{% macro is_role_mailbox(address) -%}
    coalesce({{ mailbox_name(address) }} in (select mailbox_name from {{ ref('role_mailboxes') }}), false)
{%- endmacro %}


{#- True for test@ and the like: nobody, by the rules of excluded_people. -#}
{% macro is_test_mailbox(address) -%}
    coalesce(
        {{ mailbox_name(address) }} in (select pattern from {{ ref('excluded_people') }} where applies_to = 'mailbox'), false
    )
{%- endmacro %}


{#- What stands before the @ and its +tag. -#}
{% macro mailbox_name(address) -%}
    split_part(split_part({{ address }}, '@', 1), '+', 1)
{%- endmacro %}


{#- Text that people or forms write an address into (a path, a campaign tag, a company's name), with it masked. -#}
{% macro without_emails(text) -%}
    case
        when {{ may_hold_email(text) }}
            then {{ replace_matches(text, "'[^ /=&<>:;,]+(@|%(25)*40)[^ /=&<>:;,]+'", "'(e-mail)'") }}
        else {{ text }}
    end
{%- endmacro %}


{#- An id that some systems fill with an e-mail address: then its hash, which equals email_hash of the person. -#}
{% macro id_without_email(id) -%}
    {%- set at_sign = replace_matches("lower(replace(" ~ id ~ ", ' ', ''))", "'%(25)*40'", "'@'") -%}
    {%- set address = replace_matches(at_sign, "'%(25)*2b'", "'+'") -%}
    case when {{ may_hold_email(id) }} then {{ email_hash(address) }} else {{ id }} end
{%- endmacro %}


{#- Quick, for every page view: an @, or one that is percent-encoded, even twice (%40, %2540). -#}
{% macro may_hold_email(text) -%}
    ({{ text }} like '%@%' or {{ text }} like '%|%40%' escape '|' or {{ text }} like '%|%25%40%' escape '|')
{%- endmacro %}
