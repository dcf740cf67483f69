select
    "Order"."ID" as "the ""key""",
    "Order"."{{var "column" default="status"}}"
from {{ref "wide"}} as "Order"
