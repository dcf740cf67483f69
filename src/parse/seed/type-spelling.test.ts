/** What may stand in a cast as a type, and what may not. */
import { expect, test } from 'vitest';
import { isTypeSpelling } from './type-spelling.ts';

test.each([
  'integer',
  'decimal(10, 2)',
  'timestamp (3) with time zone',
  'double precision',
  'struct(a integer, b "my ""type"[], c map(varchar, decimal(3,1)))',
  "enum('a', 'it''s', 'b);c')",
  'integer[][3]',
  'integer array[3]',
  'pg_catalog.int4',
  '"größe"',
  ' date ',
])('%s has the form of a type', (spelling) => {
  expect(isTypeSpelling(spelling)).toBe(true);
});

test.each([
  '',
  ' ',
  'integer) , (1',
  'integer)',
  'decimal(4,2',
  'decimal(,)',
  'integer; drop table a',
  'integer -- x',
  'integer /* x */',
  'integer) as a, (select 1',
  "integer'",
  "enum('a\\')",
  'integer collate "a',
  'a || b',
  'a + 1',
  '1',
  "'integer'",
  '$1',
  'integer\0',
])('%j has not', (spelling) => {
  expect(isTypeSpelling(spelling)).toBe(false);
});
