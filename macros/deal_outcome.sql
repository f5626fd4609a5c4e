{#-
    The one truth of whether a deal is closed and won, from a row of it (`deal`) and the row of opportunity_stages that
    names its stage (`stage`, outer-joined): the stage says it; of a stage that no definition names, the flags of the
    CRM do, where it has any. A flag that is absent says nothing, and a deal that is won is closed.
-#}
{% macro is_closed_deal(deal, stage) -%}
    coalesce({{ stage }}.is_closed, {{ is_flagged_closed(deal) }})
{%- endmacro %}


{% macro is_won_deal(deal, stage) -%}
    coalesce({{ stage }}.is_won, {{ deal }}.is_won, false)
{%- endmacro %}


{#- What the flags alone say. -#}
{% macro is_flagged_closed(deal) -%}
    coalesce({{ deal }}.is_closed or {{ deal }}.is_won, false)
{%- endmacro %}


{#- Which of the two said it: stage, flags or nothing (then the deal is open). -#}
{% macro outcome_basis(deal, stage) -%}
    case
        when {{ stage }}.is_closed is not null then 'stage'
        when {{ deal }}.is_closed is not null or {{ deal }}.is_won is not null then 'flags'
        else 'nothing'
    end
{%- endmacro %}


{#- Whether a flag that is there says something else than the stage (fault F49). -#}
{% macro is_outcome_disputed(deal, stage) -%}
    coalesce({{ deal }}.is_closed <> {{ stage }}.is_closed, false)
    or coalesce({{ deal }}.is_won <> {{ stage }}.is_won, false)
{%- endmacro %}
