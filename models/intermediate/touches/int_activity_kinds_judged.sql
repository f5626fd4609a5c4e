-- Which logged activities a person did, and which a sequence or an integration logged by itself: the first rule
-- that fits decides, and what no rule knows was done by a person.
with activities as (
    select * from {{ ref('int_activities_gathered') }}
),

activity_rules as (
    select * from {{ ref('activity_rules') }}
),

activity_kinds as (
    select distinct
        activity_type,
        task_subtype,
        subject_rules
    from activities
),

activity_kinds_judged as (
    select
        activity_kinds.activity_type,
        activity_kinds.task_subtype,
        activity_kinds.subject_rules,
        coalesce(activity_rules.activity_name, activity_kinds.activity_type, activity_kinds.task_subtype, 'other')
            as activity_name,
        coalesce(activity_rules.is_human, true) as is_human_activity
    from activity_kinds
    left join activity_rules
        on
            {{ fits('activity_kinds.activity_type', 'activity_rules.type_pattern') }}
            and {{ fits('activity_kinds.task_subtype', 'activity_rules.subtype_pattern') }}
            and {{ fits_subject('activity_kinds.subject_rules', 'activity_rules') }}
    qualify
        row_number() over (
            partition by activity_kinds.activity_type, activity_kinds.task_subtype, activity_kinds.subject_rules
            order by activity_rules.rule_priority nulls last
        ) = 1
)

select * from activity_kinds_judged
