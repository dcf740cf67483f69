select id{{~#if true}}, amount {{~/if}}, tax
from {{ref "orders"}} as {{~"o"}}
where {{~#if true}} id > 0 {{~/if}}
