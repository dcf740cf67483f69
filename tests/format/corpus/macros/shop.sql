{{!-- Money is kept in cents. --}}
{{#macro "cents" "column" scale=2}}cast({{column}} / 100.0 as numeric(16, {{scale}})){{/macro}}

{{#macro "recent_only" "column" days=7}}
where {{column}} >= current_date - {{days}}
  AND {{column}} is not null
{{/macro}}

{{#macro "audit_columns"}}
current_timestamp as loaded_at,
    '{{target.name}}' as loaded_by
{{/macro}}
{{#macro "in_cte" "name"}}
{{name}} as (
select * from (
{{yield}}
) as inner_query
)
{{/macro}}

{{#macro "suffix" "number"}}_{{number}}{{/macro}}

{{#macro "status_case" "column" "labels"}}
case
{{#each labels as |label|}}
when {{column}} = '{{label}}' then '{{upper label}}'
{{/each}}
end
{{/macro}}
