with

examples (website, expected) as (
    values
    ('acme.com', 'acme.com'),
    ('https://user@www.Acme.com:8443/about?x=1#top', 'acme.com'),
    ('WWW.SHOP.ACME.CO.UK/', 'acme.co.uk'),
    ('http://loja.acme.com.br', 'acme.com.br'),
    ('//www.acme.de', 'acme.de'),
    ('t.co', 't.co'),
    ('www.t.co/x', 't.co'),
    ('http://192.168.0.1/', null),
    ('localhost', null),
    ('www.', null),
    ('n/a', null),
    (null, null)
)

select
    website,
    {{ registrable_domain(url_host('website')) }} as domain_found,
    expected
from examples
where {{ registrable_domain(url_host('website')) }} is distinct from expected
