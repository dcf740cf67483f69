select
    bike_id,
    model as bike_model,
    bought_on
from {{ref "bikes"}}
