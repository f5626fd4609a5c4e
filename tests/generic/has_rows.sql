{#- Fails when there is nothing to check: a check that saw no row proves nothing. -#}
{% test has_rows(model) %}

select row_count
from (select count(*) as row_count from {{ model }}) as counted
where row_count = 0

{% endtest %}
