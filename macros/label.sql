{#-
    A value typed by hand in the form the definitions are written in: 'M.Q.L. ' and 'mql' are one status,
    'Closed_Won' and 'closed won' one stage. Dots go, underscores become blanks.
-#}
{% macro label(text) -%}
    nullif(trim(translate(lower({{ text }}), '_.', ' ')), '')
{%- endmacro %}
