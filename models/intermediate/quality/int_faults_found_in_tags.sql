-- Staging has said what it mended in a tag; a source under an alias is known by the list of aliases.
with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

source_aliases as (
    select * from {{ ref('source_aliases') }}
),

sources as (
    select distinct utm_source
    from page_views
    where utm_source is not null
),

aliases as (
    select
        sources.utm_source,
        min(source_aliases.source_name) as source_name
    from sources
    inner join source_aliases on {{ matches('sources.utm_source', 'source_aliases.source_pattern') }}
    where sources.utm_source <> source_aliases.source_name
    group by sources.utm_source
),

faults_found as (
    select
        'F20' as fault_id,
        'web' as source_system,
        'page_views' as source_table,
        page_views.page_view_id as row_key,
        coalesce(page_views.tag_problem, 'another name of ' || aliases.source_name) as fault_detail
    from page_views
    left join aliases on page_views.utm_source = aliases.utm_source
    where page_views.tag_problem is not null or aliases.utm_source is not null
)

select * from faults_found
