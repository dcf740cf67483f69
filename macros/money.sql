{{#macro "cents_to_dollars" "column" scale=2}}cast(({{column}}) / 100.0 as numeric(16, {{scale}})){{/macro}}

{{!-- What a line brings in: quantity times price, less its discount. Whole cents. --}}
{{#macro "line_total" "quantity" "unit_price" "discount"}}({{quantity}} * {{unit_price}} - {{discount}}){{/macro}}
