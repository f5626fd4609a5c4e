{#- Fails with every combination of the columns that more than one row has; an empty value counts as a value. -#}
{% test is_unique(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
