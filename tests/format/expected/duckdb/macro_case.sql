select
    id,
    {{status_case "status" (array "new" "paid")}} as label
from {{ref "orders"}}
