{#- Fails with every row that the model and the other relation do not both have, and says which of them has it. -#}
{% test same_rows_as(model, other, columns) %}

(
    select 'only in {{ model.identifier }}' as found, {{ columns | join(', ') }} from {{ model }}
    except all
    select 'only in {{ model.identifier }}' as found, {{ columns | join(', ') }} from {{ other }}
)
union all
(
    select 'only in {{ other.identifier }}' as found, {{ columns | join(', ') }} from {{ other }}
    except all
    select 'only in {{ other.identifier }}' as found, {{ columns | join(', ') }} from {{ model }}
)

{% endtest %}
