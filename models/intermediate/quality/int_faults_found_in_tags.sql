-- Staging has said what it mended in a tag; a source under an alias is known by the list of aliases.
with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

aliases as (
    select * from {{ ref('int_sources_called_by_one_name') }}
),

faults_found as (
    select
        'F20' as fault_id,
        'web' as source_system,
        'page_views' as source_table,
        page_views.page_view_id as row_key,
        coalesce(page_views.tag_problem, 'another name of ' || aliases.source_name) as fault_detail
    from page_views
    left join aliases on page_views.utm_source = aliases.source
    where page_views.tag_problem is not null or aliases.source is not null
)

select * from faults_found
