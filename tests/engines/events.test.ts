/** Events give the rows that a replay of all of them gives, however they are cut, mixed up and repeated, on every engine. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import { applyIncrement } from '../../src/execute/apply-increment.ts';
import { requireEvents, settleEvents } from '../../src/execute/settle-events.ts';
import type { EventRules } from '../../src/plan/event-rules.ts';
import { useEngines } from './sql-engines.ts';

interface Event {
  readonly a: number;
  readonly b: string;
  readonly lsn: number;
  readonly op: 'I' | 'U' | 'D';
  readonly v: string | null;
}

/** Few keys and few places, so that most events meet others of the same. */
const event: fc.Arbitrary<Event> = fc.record({
  a: fc.integer({ min: 0, max: 2 }),
  b: fc.constantFrom('x', "y'"),
  lsn: fc.integer({ min: 1, max: 6 }),
  op: fc.constantFrom('I', 'U', 'D'),
  v: fc.constantFrom('p', 'q', '', 'NULL', null),
});

/** All events at least once, in any order, cut into several batches; some come again. What meets what an earlier batch has left is the point. */
const history = fc.array(event, { minLength: 4, maxLength: 30, size: 'max' }).chain((events) =>
  fc.record({
    events: fc.constant(events),
    sent: fc
      .tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.subarray(events))
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: events.length - 1 }), { minLength: 1, maxLength: 5, size: 'max' }),
  }),
);

function cut(events: readonly Event[], at: readonly number[]): readonly (readonly Event[])[] {
  const places = [...new Set([0, ...at.map((place) => Math.min(place, events.length)), events.length])].sort((one, other) => one - other);
  return places.slice(1).map((end, index) => events.slice(places[index], end));
}

const place = { node: 'model.shop.m', name: 'm', path: 'models/m.sql' };
const target = { schema: 's', name: 'm' };
const relation = { schema: 's', name: 'm__deleted' };

function rulesFor(exists: boolean): EventRules {
  return { key: ['a', 'b'], sequence: 'lsn', deleteWhen: `op = 'D'`, deletions: { relation, exists }, masked: [] };
}

function query(events: readonly Event[]): string {
  const text = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`);
  const rows = events.map(({ a, b, lsn, op, v }) => `(${a}, ${text(b)}, cast(${lsn} as bigint), '${op}', cast(${text(v)} as varchar))`);
  return `select * from (values ${rows.join(', ')}) as e (a, b, lsn, op, v)`;
}

/** Loads batch after batch, the first one into a new table; gives the rows and what is remembered of others. */
async function load(adapter: Adapter, connection: Connection, batches: readonly (readonly Event[])[]): Promise<Loaded> {
  await connection.run({ sql: 'drop schema if exists s cascade' });
  await connection.run({ sql: 'create schema s' });
  const stage = { schema: adapter.dialect.temporarySchema, name: 'stage' };
  for (const [at, events] of batches.entries()) {
    const isFirst = at === 0;
    const rules = rulesFor(!isFirst);
    const targetColumns = isFirst ? [] : await adapter.catalog.columns(connection, target, false);
    await connection.begin();
    await connection.run({ sql: `create temp table stage as ${query(events)}` });
    const staged = await requireEvents(adapter, connection, { kind: 'require-events', stage, rules }, place);
    const standing = isFirst ? {} : { table: { target, targetColumns, onSchemaChange: 'ignore' as const } };
    const settled = await settleEvents(adapter, connection, { kind: 'settle-events', stage, rules, ...standing }, { ...place, staged });
    if (isFirst) await connection.run({ sql: `create table s.m as select * from stage` });
    else {
      const action = { kind: 'apply-increment', stage, target, targetColumns, strategy: 'merge', key: rules.key } as const;
      await applyIncrement(adapter, connection, { ...action, onSchemaChange: 'ignore' }, { ...place, staged, settled });
    }
    await connection.run({ sql: 'drop table stage' });
    await connection.commit();
  }
  const rows = async (sql: string): Promise<Loaded['rows']> => (await connection.query({ sql })).rows;
  return {
    rows: await rows('select a, b, lsn, op, v from s.m order by 1, 2'),
    deleted: await rows('select a, b, lsn from s.m__deleted order by 1, 2'),
  };
}

interface Loaded {
  readonly rows: readonly (readonly Cell[])[];
  readonly deleted: readonly (readonly Cell[])[];
}

/** Of each key the last events; a deletion among them is the only one. */
function replay(events: readonly Event[]): ReadonlyMap<string, readonly Event[]> {
  const last = new Map<string, readonly Event[]>();
  for (const each of events) {
    const key = JSON.stringify([each.a, each.b]);
    const before = last.get(key) ?? [];
    const newest = Math.max(each.lsn, ...before.map(({ lsn }) => lsn));
    const all = [...before, each].filter(({ lsn }) => lsn === newest);
    const gone = all.filter(({ op }) => op === 'D');
    last.set(key, gone.length > 0 ? gone.slice(0, 1) : all);
  }
  return last;
}

const keyOf = ([a, b]: readonly Cell[]): string => JSON.stringify([a, b]);

describe('events', () => {
  describe.each(useEngines())('on $name', ({ adapter, connect }) => {
    it('give the rows of a replay, whatever their order, batches and repetitions', { timeout: 120_000 }, async () => {
      const connection = await connect();
      await fc.assert(
        fc.asyncProperty(history, async ({ events, sent, cuts }) => {
          const loaded = await load(adapter, connection, cut(sent, cuts));
          const expected = replay(events);
          const gone = [...expected].filter(([, [newest]]) => newest?.op === 'D');
          expect(new Set(loaded.deleted.map(keyOf))).toEqual(new Set(gone.map(([key]) => key)));
          for (const row of loaded.deleted) expect(row[2]).toBe(expected.get(keyOf(row))?.[0]?.lsn);
          expect(loaded.rows.map(keyOf).sort()).toEqual(
            [...expected.keys()].filter((key) => !gone.some(([other]) => other === key)).sort(),
          );
          for (const row of loaded.rows)
            expect((expected.get(keyOf(row)) ?? []).map(({ a, b, lsn, op, v }) => [a, b, lsn, op, v])).toContainEqual(row);
          // Where several events are as new, it is always the same one that counts.
          expect(await load(adapter, connection, [events])).toEqual(loaded);
        }),
        { numRuns: 25 },
      );
    });
  });
});
