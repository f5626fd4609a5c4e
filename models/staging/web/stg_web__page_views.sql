with

raw_page_views as (
    select * from {{ raw('web', 'page_views') }}
),

parsed as (
    select
        id,
        anonymous_id,
        user_id,
        timestamp,
        {{ url_host('url') }} as page_host,
        {{ url_path('url') }} as page_path,
        {{ utm_text('context_campaign_source', 'url', 'utm_source') }} as utm_source,
        {{ utm_text('context_campaign_medium', 'url', 'utm_medium') }} as utm_medium,
        {{ utm_text('context_campaign_name', 'url', 'utm_campaign') }} as utm_campaign,
        {{ utm_text('context_campaign_content', 'url', 'utm_content') }} as utm_content,
        {{ click_id_type('url') }} as click_id_type,
        {{ url_host('referrer') }} as referrer_host
    from raw_page_views
),

spelled as (
    select
        *,
        {{ utm_spelling('utm_source') }} as source_tag,
        {{ utm_spelling('utm_medium') }} as medium_tag,
        {{ utm_spelling('utm_campaign') }} as campaign_tag,
        {{ utm_spelling('utm_content') }} as content_tag
    from parsed
),

page_views as (
    select
        id as page_view_id,
        {{ id_without_email('anonymous_id') }} as anonymous_id,
        {{ id_without_email('user_id') }} as user_id,
        timestamp as viewed_at,
        page_host,
        {{ without_emails('lower(page_path)') }} as page_path,
        {{ utm_value('source_tag') }} as utm_source,
        {{ utm_value('medium_tag') }} as utm_medium,
        {{ utm_value('campaign_tag') }} as utm_campaign,
        {{ utm_value('content_tag') }} as utm_content,
        click_id_type,
        referrer_host
    from spelled
)

select * from page_views
