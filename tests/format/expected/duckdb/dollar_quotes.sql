select
    $$it's -- no comment {{var "column" default="status"}}$$ as a,
    $q$ {{"}}"}} $q$ as b
from {{ref "orders"}}
