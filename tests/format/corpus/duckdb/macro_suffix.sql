select amount as amount{{suffix 1}}, tax as tax{{suffix 2}} from {{ref "orders"}}
