import { describe, expect, it } from 'vitest';
import { choicesOf, passes, readFilters, writeFilters } from './filter-state.ts';
import type { FilterRow } from './filter-state.ts';

const row = (text: string, values: Partial<FilterRow['values']>): FilterRow => ({
  text,
  values: { kind: ['model'], folder: [], tag: [], owner: [], status: [], change: [], ...values },
});

describe('what a list is narrowed down to', () => {
  it('stands in the address, in a site of one file behind the name of the page', () => {
    const state = { text: 'a b&c', chosen: { tag: 'x=1', folder: 'models/ä' } };
    for (const isSingle of [true, false]) expect(readFilters(writeFilters(state, isSingle))).toEqual(state);
    expect(writeFilters({ text: '', chosen: {} }, false)).toBe('#');
  });

  it.each(['', '#', '#model', '#model-models-marts', '#nodes', '#nodes:model', '#tag=', '#%E0%A4%A', '#__proto__=1'])(
    'is nothing for the address %s',
    (hash) => {
      expect(readFilters(hash)).toEqual({ text: '', chosen: {} });
    },
  );

  it('has rows with all words, and with the value of every menu', () => {
    const orders = row('fct_orders\none row per order', { folder: ['models/marts'], tag: ['daily', 'core'] });
    const pass = (text: string, chosen = {}): boolean => passes(orders, { text, chosen });
    expect(pass('')).toBe(true);
    expect(pass('ORDER fct')).toBe(true);
    expect(pass('order nothing')).toBe(false);
    expect(pass('', { tag: 'core', folder: 'models' })).toBe(true);
    expect(pass('', { tag: 'core', folder: 'mod' })).toBe(false);
    expect(pass('', { tag: 'core', owner: 'Ann' })).toBe(false);
  });

  it('offers folders with those above them, and nothing that all rows share', () => {
    const rows = [row('a', { folder: ['models/a/b'], tag: ['daily'] }), row('b', { folder: ['seeds'] })];
    expect(choicesOf(rows, 'folder')).toEqual(['models', 'models/a', 'models/a/b', 'seeds']);
    expect(choicesOf(rows, 'kind')).toEqual([]);
    expect(choicesOf(rows, 'tag')).toEqual(['daily']);
  });
});
