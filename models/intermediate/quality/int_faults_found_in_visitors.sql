-- Page views that a machine opened (F22), and forms filled in on a device that many people used (F37).
with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

machines as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
    where is_by_machine
),

identifications as (
    select * from {{ ref('int_identifications_named') }}
),

shared_devices as (
    select anonymous_id
    from identifications
    group by anonymous_id
    having count(distinct identity_key) > {{ fault_limit('F37') }}
),

faults_found as (
    select
        'F22' as fault_id,
        'web' as source_system,
        'page_views' as source_table,
        page_views.page_view_id as row_key,
        'opened by a machine' as fault_detail
    from page_views
    inner join machines
        on
            page_views.anonymous_id = machines.anonymous_id
            and page_views.viewed_at between machines.started_at and machines.ended_at
    union all
    select
        'F37' as fault_id,
        'web' as source_system,
        'identifies' as source_table,
        identifies.identify_id as row_key,
        'a device that many people used' as fault_detail
    from identifies
    inner join shared_devices on identifies.anonymous_id = shared_devices.anonymous_id
)

select * from faults_found
