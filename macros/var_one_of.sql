{#- The value of a var that has a list of choices; a slip of the pen stops the build instead of meaning the default. -#}
{% macro var_one_of(name, choices) -%}
    {%- if setting(name) not in choices -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ setting(name) ~ "'; it must be one of: " ~ choices | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(setting(name)) }}
{%- endmacro %}
