import { describe, expect, it } from 'vitest';
import { shortened } from './drawing.ts';

describe('a name in a box', () => {
  it('is whole while it fits', () => {
    expect(shortened('fct_orders')).toBe('fct_orders');
    expect(shortened('x'.repeat(25))).toBe('x'.repeat(25));
  });

  it('keeps its end, by which names that begin alike differ, and breaks no character', () => {
    expect(shortened('stg_customers_of_the_old_system_12', 25)).toBe('stg_customers_o…system_12');
    expect(shortened('𝒜'.repeat(40), 11)).toBe(`${'𝒜'.repeat(6)}…${'𝒜'.repeat(4)}`);
  });
});
