-- Strangers that share a placeholder would be one visitor. However it is written, it is none; an id that only begins or
-- ends like one is an id.
with

examples (landed, id) as (
    values
    ('G-111.222', 'G-111.222'),
    ('(not set)', null),
    (' NULL ', null),
    ('undefined', null),
    ('N/A', null),
    ('0', null),
    ('00000000-0000-0000-0000-000000000000', null),
    ('000000000000000AAA', null),
    ('d41d8cd98f00b204e9800998ecf8427e', null),
    ('DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', null),
    ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', null),
    ('00Q000000000001AAA', '00Q000000000001AAA'),
    ('0-1', '0-1'),
    ('unknown-7', 'unknown-7'),
    ('none.such', 'none.such'),
    ('d41d8cd98f00b204e9800998ecf8427f', 'd41d8cd98f00b204e9800998ecf8427f'),
    ('', ''),
    (null, null)
)

select
    landed,
    id as expected_id,
    {{ no_placeholder('landed', 'landed') }} as id
from examples
where {{ no_placeholder('landed', 'landed') }} is distinct from id
