with

raw_page_views as (
    select * from {{ raw('web', 'page_views') }}
),

-- An address with its tags is read once, however many page views have it: nine in the sample. Not of raw_page_views,
-- which would then have to be kept in memory.
addresses as (
    select distinct
        url,
        context_campaign_source,
        context_campaign_medium,
        context_campaign_name,
        context_campaign_content
    from {{ raw_unchecked('web', 'page_views') }} as landed_page_views
),

parsed as (
    select
        *,
        {{ url_host('url') }} as page_host,
        {{ url_path('url') }} as page_path,
        {{ utm_text('context_campaign_source', 'url', 'utm_source') }} as utm_source,
        {{ utm_text('context_campaign_medium', 'url', 'utm_medium') }} as utm_medium,
        {{ utm_text('context_campaign_name', 'url', 'utm_campaign') }} as utm_campaign,
        {{ utm_text('context_campaign_content', 'url', 'utm_content') }} as utm_content,
        {{ click_id_type('url') }} as click_id_type
    from addresses
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

-- The columns of an address, as the tracker gave them, are its key: blank is none.
read_addresses as (
    select
        coalesce(url, '') as url,
        coalesce(context_campaign_source, '') as given_source,
        coalesce(context_campaign_medium, '') as given_medium,
        coalesce(context_campaign_name, '') as given_name,
        coalesce(context_campaign_content, '') as given_content,
        page_host,
        {{ without_emails('lower(page_path)') }} as page_path,
        {{ utm_value('source_tag') }} as utm_source,
        {{ utm_value('medium_tag') }} as utm_medium,
        {{ utm_value('campaign_tag') }} as utm_campaign,
        {{ utm_value('content_tag') }} as utm_content,
        click_id_type,
        {{ tag_problem('url', [
            ('utm_source', 'source_tag'), ('utm_medium', 'medium_tag'), ('utm_campaign', 'campaign_tag'),
            ('utm_content', 'content_tag'),
        ]) }} as tag_problem
    from spelled
),

referrers as (
    select
        referrer,
        {{ url_host('referrer') }} as referrer_host
    from {{ raw_unchecked('web', 'page_views') }} as landed_page_views
    group by referrer
),

page_views as (
    select
        raw_page_views.id as page_view_id,
        {{ id_without_email('raw_page_views.anonymous_id') }} as anonymous_id,
        {{ id_without_email('raw_page_views.user_id') }} as user_id,
        {{ moment_seen('raw_page_views.timestamp', 'raw_page_views.received_at') }} as viewed_at,
        read_addresses.page_host,
        read_addresses.page_path,
        read_addresses.utm_source,
        read_addresses.utm_medium,
        read_addresses.utm_campaign,
        read_addresses.utm_content,
        read_addresses.click_id_type,
        referrers.referrer_host,
        read_addresses.tag_problem,
        {{ clock_problem('raw_page_views.timestamp', 'raw_page_views.received_at') }} as clock_problem
    from raw_page_views
    left join read_addresses
        on
            coalesce(raw_page_views.url, '') = read_addresses.url
            and coalesce(raw_page_views.context_campaign_source, '') = read_addresses.given_source
            and coalesce(raw_page_views.context_campaign_medium, '') = read_addresses.given_medium
            and coalesce(raw_page_views.context_campaign_name, '') = read_addresses.given_name
            and coalesce(raw_page_views.context_campaign_content, '') = read_addresses.given_content
    left join referrers on raw_page_views.referrer = referrers.referrer
)

select * from page_views
