{#-
    What the channel rules see of a source, a row per rule set: GA4's the source as it was written, ours the one name it
    goes by (lnkd.in and linkedin.com are linkedin); and GA4's category of it, blank for none. Each source is read once,
    however many combinations have it.
-#}
{% macro sources_judged(clues, source_aliases, source_categories) -%}
    select
        seen.ruleset,
        seen.source,
        seen.source_seen,
        coalesce(max(categories.source_category), '') as source_category
    from (
        select
            'ga4' as ruleset,
            sources.source,
            sources.source as source_seen
        from (select distinct coalesce(lower(source), '') as source from {{ clues }}) as sources
        union all
        select
            'b2b' as ruleset,
            sources.source,
            coalesce(min(aliases.source_name), sources.source) as source_seen
        from (select distinct coalesce(lower(source), '') as source from {{ clues }}) as sources
        left join {{ source_aliases }} as aliases on {{ matches('sources.source', 'aliases.source_pattern') }}
        group by sources.source
    ) as seen
    left join {{ source_categories }} as categories on seen.source_seen = categories.source
    group by seen.ruleset, seen.source, seen.source_seen
{%- endmacro %}
