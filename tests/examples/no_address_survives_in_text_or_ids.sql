with

examples (written, masked) as (
    values
    ('/thanks/ann@acme.com/next', '/thanks/(e-mail)/next'),
    ('call with ann@acme.com and bob@acme.com', 'call with (e-mail) and (e-mail)'),
    ('ann.lee@acme.com', '(e-mail)'),
    ('vp sales @ acme', 'vp sales @ acme'),
    ('re: pricing', 're: pricing'),
    (null, null)
)

select
    written,
    {{ without_emails('written') }} as masked
from examples
where
    {{ without_emails('written') }} is distinct from masked
    or {{ id_without_email('written') }} like '%@%'
    or {{ id_without_email("'Ann+news@Acme.com '") }} is distinct from {{ keyed_hash("'ann@acme.com'") }}
