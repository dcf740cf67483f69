/** Reads what came into ledgers since somebody looked at them, and how far those who read their tables have looked. */
import type { Cell } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Range } from '../intervals/range-set.ts';
import { stateRelation } from './state-tables.ts';
import type { RecordEntry } from './state-tables.ts';
import type { LedgersSeen, SourceMark } from './state-writer.ts';

/** One load of a range, as a ledger has it. */
export interface LedgerLoad {
  readonly subject: string;
  readonly ordinal: number;
  readonly runId: string;
  readonly range: Range;
}

/** A query for what was loaded after these entries of ledgers, of which there must be one; `readLedgerLoads` takes its rows. */
export function ledgerLoads(
  schema: string,
  ledgers: readonly { readonly subject: string; readonly after: number; readonly beside: string }[],
  dialect: Dialect,
): Statement {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const wanted = ledgers.map(({ subject, after, beside }) => {
    // As `ledgerEntry` begins: entries of thousands of batches need not be sent to be left out.
    const start = JSON.stringify({ run_id: beside }).slice(0, -1);
    return `(subject = ${dialect.literal(subject)} and ordinal > ${after} and left(entry, ${start.length}) <> ${dialect.literal(start)})`;
  });
  return { sql: `select subject, ordinal, entry from ${records} where kind = 'ledger' and (${wanted.join(' or ')})` };
}

export function readLedgerLoads(rows: readonly (readonly Cell[])[]): readonly LedgerLoad[] {
  return rows.flatMap(([subject, ordinal, entry]) => {
    // As below.
    const { event, run_id: runId, range_start: start, range_end: end } = JSON.parse(String(entry)) as Partial<RecordEntry<'intervals'>>;
    const range = { start: Date.parse(String(start)), end: Date.parse(String(end)) };
    return event === 'load' ? [{ subject: String(subject), ordinal: Number(ordinal), runId: String(runId), range }] : [];
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Nothing for what was written before it was noted. */
export function readSeen(seen: unknown): { readonly seen?: LedgersSeen } {
  if (!isObject(seen) || typeof seen['run'] !== 'string' || !isObject(seen['ordinals'])) return {};
  const pairs = Object.entries(seen['ordinals']).filter((pair): pair is [string, number] => typeof pair[1] === 'number');
  const marks = isObject(seen['sources']) ? Object.entries(seen['sources']).filter(isMark) : [];
  const sources = marks.length === 0 ? {} : { sources: Object.fromEntries(marks) };
  return { seen: { run: seen['run'], ordinals: Object.fromEntries(pairs), ...sources } };
}

function isMark(entry: readonly [string, unknown]): entry is [string, SourceMark] {
  const [, mark] = entry;
  return (
    isObject(mark) &&
    typeof mark['by'] === 'string' &&
    (mark['at'] === null || typeof mark['at'] === 'string') &&
    typeof mark['rows'] === 'number'
  );
}
