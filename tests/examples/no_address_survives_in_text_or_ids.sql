with

examples (written, masked) as (
    values
    ('/thanks/ann@acme.com/next', '/thanks/(e-mail)/next'),
    ('call with ann@acme.com and bob@acme.com', 'call with (e-mail) and (e-mail)'),
    ('ann.lee@acme.com', '(e-mail)'),
    ('ann%40acme.com', '(e-mail)'),
    ('/u/ann%2540acme.com/next', '/u/(e-mail)/next'),
    ('40% at 25% off: 40', '40% at 25% off: 40'),
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
    or {{ matches("coalesce(" ~ id_without_email('written') ~ ", '')", "'@|acme[.]'") }}
    or {{ id_without_email("'Ann+news@Acme.com '") }} is distinct from {{ keyed_hash("'ann@acme.com'") }}
    or {{ id_without_email("'Ann%2Bnews%40Acme.com'") }} is distinct from {{ keyed_hash("'ann@acme.com'") }}
    or {{ id_without_email("'a40%25b-17%4'") }} is distinct from 'a40%25b-17%4'
