with

raw_page_views as (
    select * from {{ raw('web', 'page_views') }}
),

page_views as (
    select
        id as page_view_id,
        anonymous_id,
        {{ id_without_email('user_id') }} as user_id,
        timestamp as viewed_at,
        {{ url_host('url') }} as page_host,
        {{ url_path('url') }} as page_path,
        {{ utm_from('context_campaign_source', 'url', 'utm_source') }} as utm_source,
        {{ utm_from('context_campaign_medium', 'url', 'utm_medium') }} as utm_medium,
        {{ utm_from('context_campaign_name', 'url', 'utm_campaign') }} as utm_campaign,
        {{ utm_from('context_campaign_content', 'url', 'utm_content') }} as utm_content,
        {{ click_id_type('url') }} as click_id_type,
        {{ url_host('referrer') }} as referrer_host
    from raw_page_views
)

select * from page_views
