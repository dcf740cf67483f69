import { describe, expect, it } from 'vitest';
import type { SiteColumns, SiteIndex, SiteWords } from '../site-data.ts';
import { addColumns, addWords, makeHaystack, search } from './rank.ts';

const nodes = [
  ['orders', 'models/orders.sql', [0], 'All orders.'],
  ['stg_orders', 'models/staging/stg_orders.sql', [1], 'Orders as they come.'],
  ['customers', 'models/customers.sql', [0], 'Who ordered once.'],
  ['customer_orders', 'models/customer_orders.sql', [], 'Pairs.'],
] as const;

const index: SiteIndex = {
  project: 'shop',
  kinds: ['model'],
  forms: ['table'],
  tags: ['finance', 'raw'],
  groups: [],
  nodes: nodes.map(([label, path, tags, text]) => [label, 0, `model/${label}`, path, label, 0, 0, tags, text, -1]),
  children: nodes.map(() => []),
};

const columns: SiteColumns = [['order_id', 'amount'], ['id', 'AmountCents'], ['customer_id'], ['customer_id', 'order_id']];

const words: SiteWords = {
  texts: ['All orders.\nRefunds are subtracted.', 'In euros, Refund included.', 'Whoever bought something.', 'Named in the shop.'],
  said: [[0, -1, 1], [-1, 3, 1], [-1, 2], []],
};

function find(query: string): readonly string[] {
  const haystack = makeHaystack(index);
  addColumns(haystack, columns);
  addWords(haystack, words);
  return search(haystack, query, columns).map(({ node, column }) => `${nodes[node]?.[0]}${column === undefined ? '' : `.${column}`}`);
}

describe('search', () => {
  it('gives a name before names that contain it', () => {
    expect(find('orders').slice(0, 3)).toEqual(['orders', 'stg_orders', 'customer_orders']);
  });

  it('finds columns by their names, whatever the case', () => {
    expect(find('amountc')).toEqual(['stg_orders.AmountCents']);
    expect(find('order_id')).toEqual(['orders.order_id', 'customer_orders.order_id']);
  });

  it('wants every word, and takes a dot for a space', () => {
    expect(find('stg amount')).toEqual(['stg_orders.AmountCents']);
    expect(find('orders.amount')[0]).toBe('orders.amount');
  });

  it('finds tags, folders and descriptions', () => {
    expect(find('raw')).toEqual(['stg_orders']);
    expect(find('staging')).toEqual(['stg_orders']);
    expect(find('once')).toEqual(['customers']);
  });

  it('finds what stands in later lines of a description, and in those of columns', () => {
    expect(find('subtracted')).toEqual(['orders']);
    expect(find('bought')).toEqual(['customers.customer_id']);
    // A node that says it itself comes before columns.
    expect(find('refund')).toEqual(['orders', 'stg_orders.AmountCents']);
    expect(find('bought refund')).toEqual([]);
    expect(find('orders subtracted')).toEqual(['orders']);
    // Two columns say `in`: the one that says all is meant.
    expect(find('in included')).toEqual(['orders.amount', 'stg_orders.AmountCents']);
    expect(find('stg_orders euros')).toEqual(['stg_orders.AmountCents']);
  });

  it('tells which text it was', () => {
    const haystack = makeHaystack(index);
    addColumns(haystack, columns);
    addWords(haystack, words);
    expect(search(haystack, 'euros included', columns).map(({ node, text }) => [node, text])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(search(haystack, 'stg_orders', columns).map(({ text }) => text)).toEqual([undefined]);
  });

  it('forgives a typo where nothing else is found', () => {
    expect(find('custmers')[0]).toBe('customers');
    expect(find('odrers')[0]).toBe('orders');
    // In one part of a name, of which another part is missing.
    expect(find('stg_odrers')).toEqual(['stg_orders']);
    expect(find('cusotmer_ordesr')[0]).toBe('customer_orders');
    expect(find('xyzzy')).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(find('  ')).toEqual([]);
  });

  it('takes moments for 100,000 columns', () => {
    const rows = Array.from({ length: 5000 }, (_, at) => [`model_${at}`, 0, `model/m${at}`, `models/m${at}.sql`, `m${at}`, 0, 0, [], 'What was sold.', -1] as const);
    const many = rows.map((_, node) => Array.from({ length: 20 }, (__, at) => `column_${node}_${at}`));
    const haystack = makeHaystack({ ...index, nodes: rows, children: [] });
    addColumns(haystack, many);
    const times = [1, 2, 3, 4, 5].map(() => {
      const start = performance.now();
      expect(search(haystack, 'column_4999_1', many)[0]?.column).toBe('column_4999_1');
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(250);
  });
});
