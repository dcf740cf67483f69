{{config severity="warn"}}
-- 24 rows repeat another one; two alike strikes on one day are possible, so they stay
select *
from {{ref "stg_bird_strikes"}}
where copy_number > 1
