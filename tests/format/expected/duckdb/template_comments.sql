{{! short }}
{{!-- long
      over lines --}}
select
    id,
    {{! inside }} amount {{!-- after --}}
from {{ref "orders"}} {{! end }}
