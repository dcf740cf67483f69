import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';

describe('an excerpt', () => {
  it('begins with the text where what was found stands early', () => {
    expect(excerpt('One row per order.\nNo refunds.', 'order')).toBe('One row per order. No refunds.');
    expect(excerpt('One row per order.', 'nothing')).toBe('One row per order.');
    expect(excerpt('', 'order')).toBe('');
  });

  it('begins with a whole word shortly before what was found late, and ends in time', () => {
    const text = `${'word '.repeat(60)}then a Refund is counted twice ${'more '.repeat(60)}`;
    const found = excerpt(text, 'xyz refund');
    expect(found).toMatch(/^…word word word word then a Refund is counted twice more .*…$/);
    expect(found.length).toBeLessThanOrEqual(142);
  });

  it('stays near what was found where there are no spaces', () => {
    expect(excerpt(`${'a'.repeat(300)}refund`, 'refund')).toContain('refund');
  });
});
