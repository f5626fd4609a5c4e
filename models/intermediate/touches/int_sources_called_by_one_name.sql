with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

visit_sources as (
    select * from {{ ref('int_visit_sources_named') }}
),

source_aliases as (
    select * from {{ ref('source_aliases') }}
),

sources as (
    select utm_source as source
    from page_views
    where utm_source is not null
    union
    select source from visit_sources
),

sources_called_by_one_name as (
    select
        sources.source,
        min(source_aliases.source_name) as source_name
    from sources
    inner join source_aliases on {{ matches('sources.source', 'source_aliases.source_pattern') }}
    where sources.source <> source_aliases.source_name
    group by sources.source
)

select * from sources_called_by_one_name
