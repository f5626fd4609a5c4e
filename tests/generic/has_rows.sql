{#-
    Fails when there is nothing to check: a check that saw no row proves nothing. A company may lack what the model
    is made of: with `unless_empty`, no rows are right when none of those relations has any.
-#}
{% test has_rows(model, unless_empty=[]) %}

select row_count
from (select count(*) as row_count from {{ model }}) as counted
where
    row_count = 0
    {%- if unless_empty %}
    and (
        {%- for relation in unless_empty %}
        exists (select 1 from {{ relation }})
        {{ 'or' if not loop.last }}
        {%- endfor %}
    )
    {%- endif %}

{% endtest %}
