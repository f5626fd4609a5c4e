with

examples (url, page_host, page_path, click_id_type) as (
    values
    ('https://www.Acme.com/Pricing/?gclid=1', 'acme.com', '/Pricing', 'gclid'),
    ('https://acme.com?wbraid=1', 'acme.com', '/', 'wbraid'),
    ('https://acme.com/a//?GCLID=x&fbclid=2', 'acme.com', '/a', 'gclid'),
    ('acme.com/a%20b?li_fat_id=', 'acme.com', '/a b', null),
    ('acme.com:8080/a', 'acme.com', '/a', null),
    ('//acme.com', 'acme.com', '/', null),
    ('/blog/post#fbclid=2', null, '/blog/post', 'fbclid'),
    ('android-app://com.google.android.gm/', 'com.google.android.gm', '/', null),
    ('https://acme.com/x?next=https://other.com/y&msclkid=7', 'acme.com', '/x', 'msclkid'),
    (null, null, '/', null)
)

select
    url,
    {{ url_host('url') }} as page_host,
    {{ url_path('url') }} as page_path,
    {{ click_id_type('url') }} as click_id_type
from examples
where
    {{ url_host('url') }} is distinct from page_host
    or {{ url_path('url') }} is distinct from page_path
    or {{ click_id_type('url') }} is distinct from click_id_type
