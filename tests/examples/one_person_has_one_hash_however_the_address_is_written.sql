-- Case, blanks and a +tag do not make another person, nor do dots at Google; dots elsewhere do. What is no address
-- has no hash, nor what is nobody's, so that two people called 'n/a' are not one. The last line: a hash never shows the address.
with

examples (written, matched, domain) as (
    values
    ('ann.lee@acme.co.uk', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    (' Ann.Lee@ACME.co.uk ', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    ('ann.lee+webinar@acme.co.uk', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    ('ann.lee @acme.co.uk', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    ('Ann Lee <ann.lee@acme.co.uk>', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    ('mailto:ann.lee@acme.co.uk', 'ann.lee@acme.co.uk', 'acme.co.uk'),
    ('ann.lee@mail.acme.co.uk', 'ann.lee@mail.acme.co.uk', 'acme.co.uk'),
    ('annlee@acme.co.uk', 'annlee@acme.co.uk', 'acme.co.uk'),
    ('Ann.Lee@gmail.com', 'annlee@gmail.com', 'gmail.com'),
    ('annlee+x@googlemail.com', 'annlee@gmail.com', 'googlemail.com'),
    ('n/a', null, null),
    ('null@acme.com', null, null),
    ('Undefined+1 @acme.com', null, null),
    ('mailto:unknown@acme.com', null, null),
    ('Nan@acme.com', 'nan@acme.com', 'acme.com'),
    ('unknown.ann@acme.com', 'unknown.ann@acme.com', 'acme.com'),
    ('ann@localhost', null, null),
    ('ann@acme.com;bob@acme.com', null, null),
    ('', null, null),
    (null, null, null)
),

addressed as (
    select
        written,
        matched,
        domain,
        {{ normalised_email('written') }} as email_address
    from examples
),

staged as (
    select
        written,
        matched,
        domain,
        {{ email_hash('email_address') }} as email_hash,
        {{ email_domain('email_address') }} as email_domain
    from addressed
)

select
    written,
    email_hash,
    email_domain
from staged
where
    email_hash is distinct from {{ keyed_hash('matched') }}
    or email_domain is distinct from domain
    or email_hash in (written, matched)
    or email_hash like '%@%'
