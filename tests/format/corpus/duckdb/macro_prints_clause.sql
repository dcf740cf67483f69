select id, amount
from {{ref "orders"}}
{{recent_only "ordered_at" days=30}}
order by id desc nulls last
