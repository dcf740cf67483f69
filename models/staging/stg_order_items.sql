select
    {{surrogate_key (array "order_id" "line_number")}} as order_item_key,
    order_id,
    line_number,
    product_id,
    quantity,
    unit_price_cents,
    discount_cents,
    {{line_total "quantity" "unit_price_cents" "discount_cents"}} as line_total_cents
from {{ref "order_items"}}
