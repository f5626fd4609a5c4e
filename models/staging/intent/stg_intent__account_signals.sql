with

raw_account_signals as (
    select * from {{ raw('intent', 'account_signals') }}
),

account_signals as (
    select
        id as signal_id,
        {{ crm_id('account_id') }} as account_id,
        {{ registrable_domain(url_host('domain')) }} as account_domain,
        signal_date,
        topic as topic_name,
        strength as signal_strength,
        buying_stage
    from raw_account_signals
)

select * from account_signals
