-- Case, blanks, %20 and + are spelling. A placeholder that was never filled is no value; neither is '(not set)'.
-- Of a tag given twice the first counts, and the tracker's own column counts before the address.
with

examples (tracked, url, tag) as (
    values
    (null, 'https://acme.com/?utm_source=LinkedIn&x=1', 'linkedin'),
    (null, 'https://acme.com/?x=1&utm_source=Paid%20Social#top', 'paid social'),
    (null, 'https://acme.com/?utm_source=paid+social', 'paid social'),
    (null, 'https://acme.com/?UTM_Source=%20linkedin.com%20', 'linkedin.com'),
    (null, 'https://acme.com/?utm_source=google&utm_source=bing', 'google'),
    (null, 'https://acme.com/?utm_source={campaignid}', null),
    (null, 'https://acme.com/?utm_source=brand_%7B%7Bcampaign.name%7D%7D', null),
    (null, 'https://acme.com/?utm_source=__CAMPAIGN_NAME__', null),
    (null, 'https://acme.com/?utm_source=[[adid]]', null),
    (null, 'https://acme.com/?utm_source=', null),
    (null, 'https://acme.com/?utm_source=(not%20set)', null),
    (null, 'https://acme.com/?utm_source=100%', '100%'),
    (null, 'https://acme.com/?utm_source=%FF', '%ff'),
    (null, 'https://acme.com/?utm_source=ann%40acme.com', '(e-mail)'),
    ('G2', 'https://acme.com/?utm_source=google', 'g2'),
    (' Spring%20Launch ', null, 'spring launch'),
    (null, null, null)
),

spelled as (
    select
        tracked,
        url,
        tag,
        {{ utm_spelling(utm_text('tracked', 'url', 'utm_source')) }} as utm_spelling
    from examples
)

select
    tracked,
    url,
    {{ utm_value('utm_spelling') }} as tag,
    tag as expected_tag
from spelled
where {{ utm_value('utm_spelling') }} is distinct from tag
