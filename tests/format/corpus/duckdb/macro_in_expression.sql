select id, {{cents "amount"}} as amount, {{cents "tax" scale=4}}::double as tax, -{{cents "amount"}} as negative from {{ref "orders"}}
