import { describe, expect, it } from 'vitest';
import { lossOf } from './fixture-sql.ts';

const span = { path: 'unit.yaml', start: 0, end: 0 };
const loss = (text: string | null, type: string): string | undefined => lossOf({ text, span }, type);

describe('values that a database would change without a word', () => {
  it.each([
    ['1.5', 'INTEGER'],
    ['-0.25', 'bigint'],
    ['1.255', 'DECIMAL(10,2)'],
    ['1.5', 'numeric(4)'],
    ['abcd', 'character varying(3)'],
    ['🙂🙂', 'varchar(1)'],
    ['2024-01-31 10:00', 'date'],
  ])('%s in %s', (text, type) => {
    expect(loss(text, type)).toBeDefined();
  });

  it.each([
    ['1.0', 'INTEGER'],
    ['15', 'INTEGER'],
    ['1.250', 'DECIMAL(10,2)'],
    ['1.255', 'double precision'],
    ['1.255', 'numeric'],
    ['abc  ', 'character(3)'],
    ['🙂', 'varchar(1)'],
    ['1.5', 'interval'],
    ['2024-01-31 00:00:00', 'date'],
    ['2024-01-31 10:00', 'timestamp'],
    [null, 'INTEGER'],
  ])('not %s in %s', (text, type) => {
    expect(loss(text, type)).toBeUndefined();
  });
});
