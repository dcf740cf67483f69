/** Comparing a table with an edited copy finds just the edits, on every engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import type { SqlScalar } from '../../src/adapter/dialect.ts';
import type { Column } from '../../src/adapter/relation.ts';
import { compareRelations } from '../../src/compare/compare-relations.ts';
import { differs } from '../../src/compare/comparison.ts';
import type { RelationComparison } from '../../src/compare/comparison.ts';
import { useEngines } from './sql-engines.ts';
import type { SqlEngine } from './sql-engines.ts';

type Value = number | string | null;
/** Two columns of the key, three others. */
type Row = readonly [Value, Value, Value, Value, Value];

const names = ['k', 'the "key"', 'select', 'x y', 'é'] as const;

const cells = [
  fc.constantFrom<Value>(1, 2, 3, 4, null),
  fc.constantFrom<Value>('', 'a', 'NULL', null),
  fc.constantFrom<Value>(0, 1, -1, 2_147_483_647, null),
  fc.constantFrom<Value>('', "it's", 'A', 'a', null),
  fc.constantFrom<Value>(0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, null),
] as const;

const row: fc.Arbitrary<Row> = fc.tuple(...cells);
const keyOf = ([a, b]: Row): string => JSON.stringify([a, b]);
const textOf = (value: Value): string => (typeof value === 'number' ? String(value) : JSON.stringify(value));
const rowText = (values: Row): string => values.map(textOf).join();

const columns = ({ dialect }: SqlEngine): readonly Column[] =>
  (['integer', 'text', 'integer', 'text', 'double'] as const).map((type, at) => ({ name: names[at] ?? '', type: dialect.typeName(type) }));

async function fill(engine: SqlEngine, connection: Connection, name: string, rows: readonly Row[]): Promise<void> {
  const { dialect } = engine;
  const list = columns(engine).map((column) => `${dialect.quoteIdentifier(column.name)} ${column.type}`);
  await connection.run({ sql: `drop table if exists ${name}` }, { sql: `create temporary table ${name} (${list.join(', ')})` });
  if (rows.length === 0) return;
  const literals = rows.map((each) => `(${each.map((value: SqlScalar) => dialect.literal(value)).join(', ')})`);
  await connection.run({ sql: `insert into ${name} values ${literals.join(', ')}` });
}

async function compare(
  engine: SqlEngine,
  connection: Connection,
  sides: { readonly here: readonly Row[]; readonly there: readonly Row[] },
  key: readonly string[],
): Promise<RelationComparison> {
  await fill(engine, connection, 'here_rows', sides.here);
  await fill(engine, connection, 'there_rows', sides.there);
  const side = (name: string) => ({
    found: { relation: { schema: '', name }, kind: 'table' as const, columns: columns(engine) },
    sql: name,
  });
  return compareRelations(connection, engine.dialect, {
    sides: { here: side('here_rows'), there: side('there_rows') },
    keys: key.length === 0 ? [] : [{ columns: key, from: 'test' }],
    masked: [],
    tolerance: undefined,
    limit: 100,
  });
}

/** What is in the first list more often than in the second. */
function surplus(first: readonly Row[], second: readonly Row[]): number {
  const left = new Map<string, number>();
  for (const each of second) left.set(rowText(each), (left.get(rowText(each)) ?? 0) + 1);
  return first.filter((each) => {
    const count = left.get(rowText(each)) ?? 0;
    left.set(rowText(each), count - 1);
    return count <= 0;
  }).length;
}

const uniqueRows = fc.uniqueArray(row, { selector: keyOf, maxLength: 12 });

describe('a comparison', () => {
  describe.each(useEngines())('on $name', (engine) => {
    it('by a key tells the rows that were taken away, added and changed, and in which columns', async () => {
      const connection = await engine.connect();
      await fc.assert(
        fc.asyncProperty(uniqueRows, uniqueRows, async (here, other) => {
          // Half of the rows stay as they are, so that changes are not all that there is.
          const there = other.map((each, at) => (at % 2 === 0 ? (here.find((same) => keyOf(same) === keyOf(each)) ?? each) : each));
          const found = await compare(engine, connection, { here, there }, names.slice(0, 2));
          const counterparts = here.flatMap((each) => {
            const match = there.find((one) => keyOf(one) === keyOf(each));
            return match === undefined ? [] : [[each, match] as const];
          });
          const changed = counterparts.filter(([a, b]) => rowText(a) !== rowText(b));
          const differing = [2, 3, 4].map((at) => ({
            name: names[at],
            differing: counterparts.filter(([a, b]) => textOf(a[at] ?? null) !== textOf(b[at] ?? null)).length,
          }));
          expect(found).toMatchObject({
            rows: {
              kind: 'keyed',
              counts: { here: here.length, there: there.length },
              without: { here: here.length - counterparts.length, there: there.length - counterparts.length },
              paired: counterparts.length,
              changed: changed.length,
              columns: differing,
            },
          });
          const rows = found.kind === 'compared' ? found.rows : undefined;
          const cellsShown = rows?.kind === 'keyed' ? (rows.changedCells?.rows.length ?? 0) : -1;
          expect(cellsShown).toBe(differing.reduce((sum, column) => sum + column.differing, 0));
          expect(rows?.samples.here?.rows.length ?? 0).toBe(here.length - counterparts.length);
          expect(rows?.samples.there?.rows.length ?? 0).toBe(there.length - counterparts.length);
          expect(differs(found)).toBe(here.map(rowText).toSorted().join('|') !== there.map(rowText).toSorted().join('|'));
        }),
        { numRuns: 60 },
      );
    });

    it('without a key counts whole rows, however often they come', async () => {
      const connection = await engine.connect();
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 8 }), fc.array(row, { maxLength: 8 }), fc.nat(8), async (first, second, shared) => {
          const there = [...first.slice(0, shared), ...first.slice(0, shared), ...second];
          const found = await compare(engine, connection, { here: first, there }, []);
          expect(found).toMatchObject({
            rows: {
              kind: 'bare',
              counts: { here: first.length, there: there.length },
              without: { here: surplus(first, there), there: surplus(there, first) },
            },
          });
        }),
        { numRuns: 40 },
      );
    });
  });
});
