import { describe, expect, it } from 'vitest';
import { depthOf, isPinned, withDepth, withPin } from './terms.ts';

describe('the terms of a selector', () => {
  it('tell how far they go', () => {
    expect([depthOf('2+orders+ x', 'orders', 'up'), depthOf('2+orders+ x', 'orders', 'down'), depthOf('x', 'orders', 'up')]).toEqual([2, 'all', 0]);
  });

  it('change where they stand, and come in where they do not', () => {
    expect(withDepth('1+orders+1 (a b)', 'orders', 'down', 2)).toBe('1+orders+2 (a b)');
    expect(withDepth('1+orders+1', 'orders', 'up', 0)).toBe('orders+1');
    expect(withDepth('(a b),tag:x', 'source:web.visits', 'down', 'all')).toBe('(a b),tag:x source:web.visits+');
  });

  it('may hold letters that would end them, in classes', () => {
    const name = 'shop.my[ ]a[+]b[,]c[(]d[]]';
    expect(withDepth(`1+${name}+1 x`, name, 'up', 'all')).toBe(`+${name}+1 x`);
    expect([isPinned(`x ${name}`, name), depthOf(`${name}+2`, name, 'down'), withPin(`x ${name}`, name, false)]).toEqual([true, 2, 'x']);
  });

  it('are pinned and let go', () => {
    expect(withPin('1+orders', 'customers', true)).toBe('1+orders customers');
    expect(withPin('1+orders customers', 'orders', false)).toBe('customers');
    expect([isPinned('1+orders', 'orders'), isPinned('orders_2', 'orders')]).toEqual([true, false]);
  });
});
