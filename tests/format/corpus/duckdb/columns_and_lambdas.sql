select columns('am.*') , list_transform([1,2,3], x -> x+1) as l, [x*2 for x in [1,2] if x>1] as c, list_filter([1], lambda x: x > 0) as f
from {{ref "orders"}}
