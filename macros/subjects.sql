{#-
    The subject of a task or event is free text ('Call with Ann Lee +49 170 1234567'). Of it only this goes past
    staging: which rules with a subject_pattern it fits, as '<10><30>'. One row per subject that fits any; blank and
    no subject are one. Each subject is read once, however many activities have it.
-#}
{% macro subjects_judged(activities, activity_rules) -%}
    select
        subjects.subject,
        {{ joined_texts("'<' || activity_rules.rule_priority || '>'") }} as subject_rules
    from (select distinct coalesce({{ activities }}.subject, '') as subject from {{ activities }}) as subjects
    inner join {{ activity_rules }} as activity_rules
        on {{ matches(without_emails('lower(subjects.subject)'), 'activity_rules.subject_pattern') }}
    group by subjects.subject
{%- endmacro %}


{#- Whether a rule has no subject_pattern, or one that the subject fits. -#}
{% macro fits_subject(subject_rules, activity_rules) -%}
    (
        {{ activity_rules }}.subject_pattern is null
        or coalesce({{ subject_rules }}, '') like '%<' || {{ activity_rules }}.rule_priority || '>%'
    )
{%- endmacro %}
