select
    id,
    {{audit_columns}}
from {{ref "orders"}}
