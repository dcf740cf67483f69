/** Reads how the last loads of a model by interval went, to say how long more of them will take. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { RecordEntry } from './state-tables.ts';
import { buildSubject, stateRelation } from './state-tables.ts';

/** Of some loads together. */
export interface LoadRates {
  readonly loads: number;
  /** Of the time that was loaded, not that it took. */
  readonly rangeMs: number;
  readonly tookMs: number;
  readonly rows: number;
}

const depth = 30;

/** Two statements. Undefined where nothing was loaded yet. The tables must exist (see `inspectStateLayout`). */
export async function readLoadRates(
  connection: Connection,
  schema: string,
  relation: Relation,
  dialect: Dialect,
): Promise<LoadRates | undefined> {
  const newest = async (kind: string): Promise<readonly (readonly [string, number])[]> => {
    const { rows } = await connection.query({
      sql: `select entry, ordinal from ${dialect.relation(stateRelation(schema, 'records'))} where kind = ${dialect.literal(kind)} and subject = ${dialect.literal(buildSubject(relation, dialect))} order by ordinal desc limit ${depth * 2}`,
    });
    return rows.map(([entry, ordinal]) => [String(entry), Number(ordinal)]);
  };
  // Written by `createStateWriter`; a later version may leave fields out or add some.
  const builds = new Map(
    (await newest('build')).map(([entry, ordinal]) => [ordinal, JSON.parse(entry) as Partial<RecordEntry<'node_runs'>>]),
  );
  const rates = { loads: 0, rangeMs: 0, tookMs: 0, rows: 0 };
  for (const [text] of await newest('ledger')) {
    const entry = JSON.parse(text) as Partial<RecordEntry<'intervals'>>;
    const build = builds.get(Number(entry.build));
    const rangeMs = Date.parse(String(entry.range_end)) - Date.parse(String(entry.range_start));
    // What a run of another kind built after the load has its ordinal too.
    if (entry.event !== 'load' || build?.run_id !== entry.run_id || !(rangeMs > 0) || rates.loads === depth) continue;
    rates.loads += 1;
    rates.rangeMs += rangeMs;
    rates.tookMs += Number(build?.duration_ms ?? 0);
    rates.rows += Number(entry.row_count ?? 0);
  }
  return rates.loads === 0 ? undefined : rates;
}
