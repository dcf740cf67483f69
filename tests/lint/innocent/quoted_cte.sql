with "stg_items" as (select order_id from {{ref "stg_orders"}}) select order_id from "stg_items" union all select order_id from STG_ITEMS
