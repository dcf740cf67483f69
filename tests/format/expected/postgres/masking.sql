select
    id,
    {{mask_email "email"}} as email,
    {{#if (eq target.name "dev")}}{{mask_hash "name"}}{{else}}name{{/if}} as name
from {{ref "customers"}}
