{#-
    The lead of which an event of kind 'created' tells the creation: logged (int_lead_statuses_dated) or inferred from its
    end (int_lead_ends_inferred).
-#}
{% macro lead_of_creation(event_id) -%}
    regexp_replace({{ event_id }}, '^(inferred:)?created:', '')
{%- endmacro %}
