{%- set settings = [
    'raw_data', 'as_of', 'reporting_currency', 'reporting_time_zone', 'fiscal_year_start_month', 'attribution_lookback_days',
    'attribution_population', 'lead_creation_grace_minutes', 'attribution_redistribution', 'session_gap_minutes',
    'mqls_expire',
] -%}
with listed as (
    {%- for name in settings %}
    select
        '{{ name }}' as setting_name,
        {{ text_literal(setting(name) | string) }} as setting_value
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

settings as (
    select
        setting_name,
        setting_value
    from listed
)

select * from settings
