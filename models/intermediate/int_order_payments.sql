{{!-- One column per payment method of the var: a new method is one word in project.yaml. --}}
select
    order_id,
    {{#each (var "payment_methods") as |method|}}
    cast(coalesce(sum(case when is_captured and method = {{literal method}} then amount_cents end), 0) as bigint) as {{method}}_cents,
    {{/each}}
    cast(coalesce(sum(case when is_captured then amount_cents end), 0) as bigint) as paid_cents,
    cast(count(case when status = 'failed' then 1 end) as bigint) as failed_attempts,
    min(case when is_captured then paid_at end) as first_paid_at
from {{ref "stg_payments"}}
group by order_id
