with

activity_rules (rule_priority, subject_pattern) as (
    values
    (10, 'automat|sequence'),
    (30, '^email: step'),
    (40, '^$'),
    (50, null),
    (60, '(e-mail)')
),

activities (activity_id, subject, expected_rules) as (
    values
    (1, 'Call with Ann Lee +49 170 1234567', null),
    (2, '[Sequence] Ann Lee, 0170 1234567', '<10>'),
    (3, 'Email: step 2 of the sequence to Ann Lee', '<10><30>'),
    (4, 'Re: step 2', null),
    (5, 'To ann@automation.com', '<60>'),
    (6, '', '<40>'),
    (7, null, '<40>')
),

subjects_judged as (
    {{ subjects_judged('activities', 'activity_rules') }}
)

select
    activities.activity_id,
    subjects_judged.subject_rules
from activities
left join subjects_judged on coalesce(activities.subject, '') = subjects_judged.subject
where subjects_judged.subject_rules is distinct from activities.expected_rules
