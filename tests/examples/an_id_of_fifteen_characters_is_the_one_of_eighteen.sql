-- Salesforce's checksum says which characters are capitals, so ids that differ only in case differ in it too.
with

examples (written, id) as (
    values
    ('0018000000MkGQZ', '0018000000MkGQZAA3'),
    ('0018000000MkGQZAA3', '0018000000MkGQZAA3'),
    ('0018000000mkgqz', '0018000000mkgqzAAA'),
    ('001A0000006Vm9r', '001A0000006Vm9rIAC'),
    ('abcdeFGHIJkLmNo', 'abcdeFGHIJkLmNoA5K'),
    ('42', '42'),
    ('not-an-id-of-15', 'not-an-id-of-15'),
    ('a0b1c2d3-e4f5-6789-abcd-ef0123456789', 'a0b1c2d3-e4f5-6789-abcd-ef0123456789'),
    ('123456789012345678', '123456789012345678'),
    ('q3k8z1m5n7p9r2t4v6', 'q3k8z1m5n7p9r2t4v6'),
    (null, null)
)

select
    written,
    {{ crm_id('written') }} as id,
    id as expected_id
from examples
where
    {{ crm_id('written') }} is distinct from id
    -- what was brought to eighteen has its checksum; what is of another CRM has none
    or coalesce({{ has_crm_checksum('id') }}, false) <> coalesce(length(written) = 15 and written <> id or written = '0018000000MkGQZAA3', false)
