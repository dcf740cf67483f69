{{set "statuses" (accepted_values (ref "orders") "status")}}
with counts as (
    select
        customer_id
        {{#each statuses as |status index|}}
            , sum(if(status = {{literal status}}, 1, 0)) as n_{{index}}
        {{else}}
            , 0 as nothing
        {{/each}}
    from {{ref "orders"}}
    group by customer_id
)
select *
from counts {{#if (gt (length statuses) 1)}} where n_0 > 0 {{/if}}
