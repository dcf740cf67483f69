select $body$ select '{{var "column" default="status"}}'; -- {{ref "customers"}} $body$ as body, $$two
lines$$ as two from {{ref "orders"}}
