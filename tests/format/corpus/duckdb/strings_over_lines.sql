select 'first
   second
  third' as text, "a
b" as named
from {{ref "wide"}}
