/** Reads the numbers that runs left behind, each as a series in time: what tests measured, and how many rows tables had. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { FoundPoint } from '../checks/anomaly-rule.ts';
import { isoOf } from './history-reader.ts';
import { buildSubject, stateRelation } from './state-tables.ts';
import type { RecordEntry } from './state-tables.ts';

/** What is asked for: tests by their ids, tables by their names. */
export interface WantedSeries {
  readonly tests: readonly string[];
  readonly tables: readonly Relation[];
}

export interface Series {
  /** Of a test that keeps points, what is none of them was refused. */
  readonly ofTest: (id: string) => readonly FoundPoint[];
  /** Rows after each full build. */
  readonly ofTable: (relation: Relation) => readonly FoundPoint[];
}

/** Most records of one test or table. */
const depth = 1000;

/** One statement. The tables must exist (see `inspectStateLayout`). */
export async function readSeries(connection: Connection, schema: string, dialect: Dialect, wanted: WantedSeries): Promise<Series> {
  const subjects = [...wanted.tests, ...wanted.tables.map((relation) => buildSubject(relation, dialect))].map((text) =>
    dialect.literal(text),
  );
  const lists = new Map<string, FoundPoint[]>();
  if (subjects.length > 0) {
    const { rows } = await connection.query({
      sql: `
select kind, subject, ordinal, cast(recorded_at as ${dialect.typeName('text')}), entry from (
  select *, row_number() over (partition by subject order by recorded_at desc, ordinal desc) as place
  from ${dialect.relation(stateRelation(schema, 'records'))}
  where kind in ('build', 'check', 'measure', 'point') and subject in (${subjects.join(', ')})
) as ranked where place <= ${depth} order by recorded_at, ordinal`,
    });
    for (const [kind, subject, ordinal, time, entry] of rows) {
      const value = kind === 'build' ? rowsOf(String(entry)) : measuredOf(String(entry));
      const at = kind === 'point' ? Number(ordinal) : Date.parse(isoOf(String(time)));
      if (value === undefined || Number.isNaN(at)) continue;
      const list = lists.get(String(subject));
      const point = { at, value, refused: kind === 'check' };
      if (list === undefined) lists.set(String(subject), [point]);
      else list.push(point);
    }
  }
  return {
    ofTest: (id) => lists.get(id) ?? [],
    ofTable: (relation) => lists.get(buildSubject(relation, dialect)) ?? [],
  };
}

/** An increment counts what it brought, which says nothing about the table. */
function rowsOf(entry: string): number | undefined {
  // Written by the state writer; another version may leave fields out.
  const { row_count: rows, reason } = JSON.parse(entry) as Partial<RecordEntry<'node_runs'>>;
  return rows === null || rows === undefined || reason === 'incremental' ? undefined : Number(rows);
}

function measuredOf(entry: string): number | undefined {
  // As above.
  const { measured } = JSON.parse(entry) as Partial<RecordEntry<'check_results'>>;
  const value = typeof measured === 'string' && measured.trim() !== '' ? Number(measured) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
