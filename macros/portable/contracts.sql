{#-
    A contract is written once for every company: its decimal(18, 2) is money, and a reporting currency with more places
    (KWD has three) has as many of them in every mart.
-#}
{% macro contracted_type(type) -%}
    {{ return(money_type() if type | lower | replace(' ', '') == 'decimal(18,2)' else type) }}
{%- endmacro %}


{#- Compared with the types of a model's SQL. Raw values are cast elsewhere, and their types are not a contract's. -#}
{% macro duckdb__get_empty_schema_sql(columns) -%}
    {{ return(default__get_empty_schema_sql(contracted_columns(columns))) }}
{%- endmacro %}

{% macro spark__get_empty_schema_sql(columns) -%}
    {{ return(default__get_empty_schema_sql(contracted_columns(columns))) }}
{%- endmacro %}


{#- The columns of the table that DuckDB makes under a contract; Spark takes those of the query. -#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    (
        {{ adapter.render_raw_columns_constraints(raw_columns=contracted_columns(model['columns'])) | join(', ') }}
        {%- for constraint in adapter.render_raw_model_constraints(raw_constraints=model['constraints']) %}, {{ constraint }}{% endfor %}
    )
{%- endmacro %}


{% macro contracted_columns(columns) -%}
    {%- set contracted = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do contracted.update({name: dict(column, data_type=contracted_type(column['data_type']))}) -%}
    {%- endfor -%}
    {{ return(contracted) }}
{%- endmacro %}


{#- The contract of a mart says varchar; Spark's text has no length and is called string. -#}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ 'string' if type | lower == 'varchar' else type }})
{%- endmacro %}
