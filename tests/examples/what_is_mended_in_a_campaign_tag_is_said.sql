with

examples (tracked, url, problem) as (
    values
    ('linkedin', 'https://acme.com/?utm_source=linkedin&utm_medium=cpc', null),
    (null, 'https://acme.com/?utm_source=linkedin&utm_medium=cpc&gclid=1', null),
    (null, 'https://acme.com/?x=1', null),
    ('LinkedIn', null, 'spelling'),
    ('linked%20in', null, 'spelling'),
    (' linkedin', null, 'spelling'),
    ('{campaignid}', null, 'placeholder'),
    (null, 'https://acme.com/?utm_source=%7B%7Bcampaign.name%7D%7D', 'placeholder'),
    ('(not set)', null, 'placeholder'),
    (null, 'https://acme.com/?utm_source=a&utm_medium=b&utm_source=c', 'given twice'),
    (null, 'https://acme.com/?utm_medium=b&UTM_MEDIUM=b', 'given twice'),
    (null, 'https://acme.com/?utm_source=a&sub_utm_source=c', null),
    (null, 'https://acme.com/?gclid=1', 'click id only'),
    (null, 'https://acme.com/?utm_medium=social&fbclid=1', null)
),

parsed as (
    select
        problem,
        url,
        {{ utm_text('tracked', 'url', 'utm_source') }} as utm_source,
        {{ utm_text('null', 'url', 'utm_medium') }} as utm_medium,
        {{ click_id_type('url') }} as click_id_type
    from examples
),

spelled as (
    select
        *,
        {{ utm_spelling('utm_source') }} as source_tag,
        {{ utm_spelling('utm_medium') }} as medium_tag
    from parsed
),

judged as (
    select
        url,
        utm_source,
        problem as expected_problem,
        {{ tag_problem('url', [('utm_source', 'source_tag'), ('utm_medium', 'medium_tag')]) }} as tag_problem
    from spelled
)

select * from judged
where tag_problem is distinct from expected_problem
