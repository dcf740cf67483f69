select
    a <-> b as distance,
    a && b as overlap,
    a <@ b as inside,
    not a @> b as outside,
    |/ 25 as root,
    a ~* '^x' as re,
    a !~ 'y' as nre,
    -amount as minus,
    +1 as plus,
    a #>> '{b}' as c
from {{ref "wide"}}
