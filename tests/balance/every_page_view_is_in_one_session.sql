-- Sessions hold each page view and each identification once.
with counted as (
    select
        (select count(*) from {{ ref('stg_web__page_views') }}) as page_view_count,
        (select count(*) from {{ ref('stg_web__identifies') }}) as identify_count,
        (select coalesce(sum(page_view_count), 0) from {{ ref('int_page_views_rolled_into_sessions') }})
            as page_views_in_sessions,
        (select coalesce(sum(identify_count), 0) from {{ ref('int_page_views_rolled_into_sessions') }})
            as identifies_in_sessions
)

select * from counted
where
    page_view_count <> page_views_in_sessions
    or identify_count <> identifies_in_sessions
    {%- if setting('raw_data') == 'sample' %}
    or page_view_count = 0
    {%- endif %}
