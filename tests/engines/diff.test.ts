/** Comparing a table with an edited copy finds just the edits, on every engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import type { SqlScalar } from '../../src/adapter/dialect.ts';
import type { Column } from '../../src/adapter/relation.ts';
import { compareApart } from '../../src/compare/compare-apart.ts';
import { compareRelations } from '../../src/compare/compare-relations.ts';
import { differs } from '../../src/compare/comparison.ts';
import type { RelationComparison, Sides } from '../../src/compare/comparison.ts';
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

/** A type, and two values of it that differ. */
type Kind = readonly [type: string, first: string, second: string];

const everywhere: readonly Kind[] = [
  ['smallint', '1', '2'],
  ['bigint', '9223372036854775807', '-9223372036854775807'],
  ['numeric(30, 10)', '12345678901234567890.0000000001', '12345678901234567891.0000000001'],
  ['real', '0.5', '0.25'],
  ['double precision', '-1.7976931348623157e308', '1.7976931348623157e308'],
  ['boolean', 'true', 'false'],
  ['date', `'2024-02-29'`, `'2024-03-01'`],
  ['time', `'10:00:00'`, `'10:00:00.000001'`],
  ['timestamp', `'2024-01-01 00:00:00'`, `'2024-01-01 00:00:00.000001'`],
  ['timestamp with time zone', `'2024-01-01 00:00:00+00'`, `'2024-01-01 00:00:00+01'`],
  ['interval', `'1 day'`, `'2 days'`],
  ['uuid', `'00000000-0000-0000-0000-000000000001'`, `'00000000-0000-0000-0000-000000000002'`],
  ['json', `'{"a": [1, null]}'`, `'{"a": [null, 1]}'`],
];

const ofEngine: Readonly<Record<string, readonly Kind[]>> = {
  duckdb: [
    ['hugeint', '170141183460469231731687303715884105727', '-170141183460469231731687303715884105727'],
    ['ubigint', '18446744073709551615', '0'],
    ['decimal(38, 0)', '99999999999999999999999999999999999999', '-99999999999999999999999999999999999999'],
    ['blob', `'\\x00'`, `'\\x01'`],
    ['integer[]', '[1, null]', '[1, 2]'],
    ['struct(a integer, b varchar)', `{'a': 1, 'b': null}`, `{'a': 1, 'b': 'x'}`],
    ['map(varchar, integer)', `map {'a': 1}`, `map {'a': 2}`],
    [`enum('x', 'y')`, `'x'`, `'y'`],
    ['timestamp_ns', `'2024-01-01 00:00:00.000000001'`, `'2024-01-01 00:00:00.000000002'`],
    ['bit', `'101'`, `'100'`],
  ],
  postgres: [
    ['numeric', `'NaN'`, `'Infinity'`],
    ['jsonb', `'{"a": 1}'`, `'{"a": 2}'`],
    ['xml', `'<a/>'`, `'<b/>'`],
    ['point', `'(1,2)'`, `'(2,1)'`],
    // Their areas are the same.
    ['box', `'(1,1),(0,0)'`, `'(2,2),(1,1)'`],
    ['integer[]', `'{1,NULL}'`, `'{1,2}'`],
    ['json[]', `array['1'::json]`, `array['2'::json]`],
    ['bytea', `'\\x00'`, `'\\x01'`],
    ['character(3)', `'a'`, `'b'`],
    ['inet', `'10.0.0.1'`, `'10.0.0.2'`],
    ['tsvector', `'a b'`, `'a c'`],
    ['int4range', `'[1,2)'`, `'[1,3)'`],
    ['money', `'1'`, `'2'`],
  ],
};

/** The same by rows that come from two connections, of which neither sees the tables of the other. */
async function compareByRows(
  engine: SqlEngine,
  connections: Sides<Connection>,
  sides: Sides<readonly Row[]>,
  key: readonly string[],
): Promise<RelationComparison> {
  await fill(engine, connections.here, 'only_here', sides.here);
  await fill(engine, connections.there, 'only_there', sides.there);
  const side = (name: string) => ({
    found: { relation: { schema: '', name }, kind: 'table' as const, columns: columns(engine) },
    sql: name,
  });
  const request = { masked: [], tolerance: undefined, limit: 100, keys: key.length === 0 ? [] : [{ columns: key, from: 'test' }] };
  return compareApart(
    { connections, adapter: engine.adapter },
    { ...request, sides: { here: side('only_here'), there: side('only_there') } },
  );
}

/** What was found, whatever the order of its samples. */
function unordered(found: RelationComparison): unknown {
  return JSON.parse(JSON.stringify(found), (key, value: unknown) =>
    key === 'rows' && Array.isArray(value) ? value.map((each) => JSON.stringify(each)).toSorted() : value,
  );
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
        { numRuns: 25 },
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
        { numRuns: 15 },
      );
    });

    it.skipIf(engine.adapter.readInParts === undefined)('of two databases finds what one within a database finds', async () => {
      const connection = await engine.connect();
      const apart = { here: await engine.connect(), there: await engine.connect() };
      await fc.assert(
        fc.asyncProperty(uniqueRows, uniqueRows, fc.boolean(), async (here, other, isKeyed) => {
          const there = other.map((each, at) => (at % 2 === 0 ? (here.find((same) => keyOf(same) === keyOf(each)) ?? each) : each));
          // Keys of several rows, which pair nothing, come with the last of them.
          const more = isKeyed ? here : [...here, ...here.slice(0, 2)];
          for (const key of [[], names.slice(0, 2)]) {
            const sides = { here: more, there };
            const found = await compareByRows(engine, apart, sides, key);
            expect(unordered(found)).toEqual(unordered(await compare(engine, connection, sides, key)));
          }
        }),
        { numRuns: 20 },
      );
    });

    it.skipIf(engine.adapter.readInParts === undefined)('of two databases knows values of every kind of type', async () => {
      const connections = { here: await engine.connect(), there: await engine.connect() };
      const kinds = [...everywhere, ...(ofEngine[engine.name] ?? [])];
      const list = (at: 1 | 2): string => kinds.map(([type, ...values], n) => `cast(${values[at - 1]} as ${type}) as c${n}`).join(', ');
      const nulls = kinds.map(([type], n) => `cast(null as ${type}) as c${n}`).join(', ');
      const make = (connection: Connection, name: string, at: 1 | 2): Promise<number> =>
        connection.run({ sql: `create temporary table ${name} as select 1 as id, ${list(at)} union all select 2, ${nulls}` });
      await make(connections.here, 'all_1', 1);
      await make(connections.there, 'all_1', 1);
      await make(connections.there, 'all_2', 2);
      const side = async (connection: Connection, name: string) => ({
        found: {
          relation: { schema: '', name },
          kind: 'table' as const,
          columns: await engine.catalog.columns(connection, { schema: engine.dialect.temporarySchema, name }, true),
        },
        sql: name,
      });
      const here = await side(connections.here, 'all_1');
      const find = async (name: string, key: readonly string[]) => {
        const sides = { here, there: await side(connections.there, name) };
        const keys = key.length === 0 ? [] : [{ columns: key, from: 'test' }];
        const request = { sides, keys, masked: [], tolerance: { value: 0.000001, percent: false }, limit: 5 };
        return compareApart({ connections, adapter: engine.adapter }, request);
      };
      const every = kinds.map((_, n) => `c${n}`);
      for (const key of [['id'], [], every, ['id', ...every]]) expect(differs(await find('all_1', key)), key.join()).toBe(false);
      expect(await find('all_2', ['id'])).toMatchObject({ rows: { changed: 1, columns: every.map((name) => ({ name, differing: 1 })) } });
      expect(await find('all_2', [])).toMatchObject({ rows: { without: { here: 1, there: 1 } } });
      expect(await find('all_2', every)).toMatchObject({ rows: { kind: 'keyed', paired: 1, changed: 0, without: { here: 1, there: 1 } } });
    });

    it('compares values of every kind of type, in keys as well', async () => {
      const connection = await engine.connect();
      const kinds = [...everywhere, ...(ofEngine[engine.name] ?? [])];
      const list = (at: 1 | 2): string => kinds.map(([type, ...values], n) => `cast(${values[at - 1]} as ${type}) as c${n}`).join(', ');
      const nulls = kinds.map(([type], n) => `cast(null as ${type}) as c${n}`).join(', ');
      await connection.run({ sql: `create temporary table here_all as select 1 as id, ${list(1)} union all select 2, ${nulls}` });
      await connection.run({ sql: `create temporary table there_all as select 1 as id, ${list(2)} union all select 2, ${nulls}` });
      const columnsOf = (name: string) => engine.catalog.columns(connection, { schema: engine.dialect.temporarySchema, name }, true);
      const side = async (name: string) => ({
        found: { relation: { schema: '', name }, kind: 'table' as const, columns: await columnsOf(name) },
        sql: name,
      });
      const [here, there] = [await side('here_all'), await side('there_all')];
      const find = async (other: typeof here, key: readonly string[]) =>
        compareRelations(connection, engine.dialect, {
          sides: { here, there: other },
          keys: key.length === 0 ? [] : [{ columns: key, from: 'test' }],
          masked: [],
          tolerance: { value: 0.000001, percent: false },
          limit: 5,
        });
      const every = kinds.map((_, n) => `c${n}`);
      for (const key of [['id'], [], every, ['id', ...every]]) expect(differs(await find(here, key)), key.join()).toBe(false);
      const changed = await find(there, ['id']);
      expect(changed).toMatchObject({ rows: { changed: 1, columns: every.map((name) => ({ name, differing: 1 })) } });
      expect(await find(there, [])).toMatchObject({ rows: { without: { here: 1, there: 1 } } });
      expect(await find(there, every)).toMatchObject({ rows: { kind: 'keyed', paired: 1, changed: 0, without: { here: 1, there: 1 } } });
    });
  });
});
