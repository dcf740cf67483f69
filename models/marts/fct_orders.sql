{{config
    materialized="incremental"
    incremental_strategy="delete_insert"
    unique_key="order_id"
    on_schema_change="append_new_columns"
    tags=(array "daily")
}}
select
    orders.order_id,
    orders.customer_id,
    orders.store_id,
    stores.channel,
    orders.status,
    orders.is_sale,
    orders.ordered_at,
    orders.ordered_on,
    orders.promised_on,
    orders.delivered_on,
    orders.delivered_on > orders.promised_on as is_late,
    totals.line_count,
    totals.item_count,
    {{cents_to_dollars "totals.order_total_cents"}} as order_total,
    {{cents_to_dollars "totals.discount_cents"}} as discount,
    {{#each (var "payment_methods") as |method|}}
    {{cents_to_dollars (concat "payments." method "_cents")}} as paid_by_{{method}},
    {{/each}}
    {{cents_to_dollars "coalesce(refunds.refunded_cents, 0)"}} as refunded,
    orders.updated_at
from {{ref "stg_orders"}} as orders
join {{ref "stg_stores"}} as stores on stores.store_id = orders.store_id
join {{ref "int_order_totals"}} as totals on totals.order_id = orders.order_id
left join {{ref "int_order_payments"}} as payments on payments.order_id = orders.order_id
left join {{ref "int_order_refunds"}} as refunds on refunds.order_id = orders.order_id
{{#if is_incremental}}
-- `>=`, because two orders may change in the same second; the key makes the repetition harmless
where orders.updated_at >= (select max(updated_at) from {{this}})
{{/if}}
