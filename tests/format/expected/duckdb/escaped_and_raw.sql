select
    '\{{name}}' as template,
    '{{{{raw}}}}{{#if x}}y{{/if}}{{{{/raw}}}}' as raw_text
from {{ref "orders"}}
