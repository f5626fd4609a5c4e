-- The macro reporting_minor_units() must say what the seed says; an unknown reporting currency is an error too.
with reporting as (
    select count(*) as match_count
    from {{ ref('currencies') }}
    where
        currency_code = {{ reporting_currency() }}
        and minor_units_per_unit = {{ reporting_minor_units() }}
)

select match_count
from reporting
where match_count <> 1
