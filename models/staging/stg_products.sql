select
    product_id,
    name as product_name,
    category,
    list_price_cents,
    unit_cost_cents,
    discontinued_on,
    discontinued_on is not null and discontinued_on < cast({{literal (var "end_date")}} as date) as is_discontinued
from {{ref "products"}}
