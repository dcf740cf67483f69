import { describe, expect, it } from 'vitest';
import { readRelationName } from './read-relation-name.ts';

describe('the name of a relation in SQL', () => {
  it.each([
    ['from orders o', { name: 'orders' }],
    ['from "my ""orders""" o', { name: 'my "orders"' }],
    ['from raw.orders', { schema: 'raw', name: 'orders' }],
    ['from "Raw"."Orders"', { schema: 'Raw', name: 'Orders' }],
    ['from orders -- of shops', { name: 'orders' }],
    // More than one database, and what nobody writes: nothing is said of these.
    ['from lake.raw.orders', undefined],
    ['from raw . orders', undefined],
    ['from raw. orders', undefined],
    ['from 5', undefined],
    ['from ', undefined],
  ])('%s', (sql, expected) => {
    expect(readRelationName(sql, sql.indexOf('from') + 5)).toEqual(expected);
  });

  it('begins at its beginning', () => {
    expect(readRelationName('from raw.orders', 9)).toBeUndefined();
    expect(readRelationName('from orders', 7)).toBeUndefined();
  });
});
