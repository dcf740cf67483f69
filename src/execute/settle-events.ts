/** Brings events in order: of each key the newest counts, in a batch and against what the table holds. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Column } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Where } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { EventRules } from '../plan/event-rules.ts';
import type { Action } from '../plan/action.ts';
import { updatesOf } from './merge-updates.ts';
import { queryRows, runOperation } from './perform.ts';
import { reconcileColumns } from './reconcile-columns.ts';
import type { StepPlace } from './reconcile-columns.ts';
import { requireCondition } from './require-condition.ts';
import { StepFailure } from './step-failure.ts';

/** Gives the columns of the stage. Fails where an event cannot be put in its place. */
export async function requireEvents(
  adapter: Adapter,
  connection: Connection,
  { stage, rules }: Extract<Action, { kind: 'require-events' }>,
  place: StepPlace,
): Promise<readonly Column[]> {
  const { dialect } = adapter;
  const staged = await adapter.catalog.columns(connection, stage, true);
  const columns = staged.map(({ name }) => name);
  const find = finder(adapter, columns);
  const missing = rules.key.filter((key) => find(key) === undefined);
  if (missing.length > 0)
    throw new StepFailure(missing.map((key) => diagnose('key-column-missing', { key, columns }, placed(place, rules.keySpan))));
  if (find(rules.sequence) === undefined) throw sequenceWrong(place, rules, { problem: 'no column', columns });
  const { key, sequence } = spelled(adapter, rules, columns);
  const isNull = (names: readonly string[]): string => names.map((name) => `${dialect.quoteIdentifier(name)} is null`).join(' or ');
  const count = (condition: string): string => `coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  const counts = await queryRows(connection, {
    sql: `select ${count(isNull(key))}, ${count(isNull([sequence]))} from ${dialect.relation(stage)}`,
  });
  const [nulls = 0, without = 0] = (counts.rows[0] ?? []).map(Number);
  if (nulls > 0)
    throw new StepFailure([
      diagnose('key-not-unique', { relation: place.name, key: rules.key, nulls, duplicates: 0, samples: [] }, placed(place, rules.keySpan)),
    ]);
  if (without > 0) throw sequenceWrong(place, rules, { problem: 'no value', rows: without });
  if (rules.deleteWhen !== undefined)
    await requireCondition(
      adapter,
      connection,
      { key: 'delete_when', relation: stage, condition: rules.deleteWhen },
      placed(place, rules.deleteSpan),
    );
  return staged;
}

export interface Settled {
  /** The columns to write. */
  readonly columns: readonly string[];
  /** So many events have deleted something, or would have. */
  readonly deleted: number;
}

/** What is left in the stage afterwards is written as it is. Brings the columns of a table that stands in line first. */
export async function settleEvents(
  adapter: Adapter,
  connection: Connection,
  { stage, rules, table }: Extract<Action, { kind: 'settle-events' }>,
  { staged, ...place }: StepPlace & { readonly staged: readonly Column[] },
): Promise<Settled> {
  const columns =
    table === undefined ? staged.map(({ name }) => name) : await reconcileColumns(adapter, connection, { stage, ...table }, staged, place);
  if (finder(adapter, columns)(rules.sequence) === undefined) throw sequenceWrong(place, rules, { problem: 'not in the table' });
  const { key, sequence } = spelled(adapter, rules, columns);
  const updates = updatesOf(adapter, { ...rules, always: sequence }, columns, place);
  const rows = await runOperation(adapter, connection, {
    kind: 'settle-events',
    stage,
    ...(table === undefined ? {} : { target: table.target }),
    key,
    sequence,
    compared: updates ?? columns,
    ...(rules.deleteWhen === undefined ? {} : { deleteWhen: rules.deleteWhen }),
    ...(rules.deletions === undefined ? {} : { deletions: rules.deletions }),
  });
  return { columns, deleted: rules.deletions === undefined ? 0 : rows };
}

function finder({ dialect }: Adapter, columns: readonly string[]): (name: string) => string | undefined {
  const names = new Map(columns.map((column) => [dialect.foldIdentifier(column), column]));
  return (name) => names.get(dialect.foldIdentifier(name));
}

/** As the table spells them. */
function spelled(adapter: Adapter, { key, sequence }: EventRules, columns: readonly string[]): Pick<EventRules, 'key' | 'sequence'> {
  const find = finder(adapter, columns);
  return { key: key.map((column) => find(column) ?? column), sequence: find(sequence) ?? sequence };
}

function placed(place: StepPlace, span: Span | undefined): Where {
  return { node: place.node, span: span ?? { path: place.path, start: 0, end: 0 } };
}

type SequenceProblem =
  | { readonly problem: 'no column'; readonly columns: readonly string[] }
  | { readonly problem: 'no value'; readonly rows: number }
  | { readonly problem: 'not in the table' };

function sequenceWrong(place: StepPlace, { sequence: column, sequenceSpan }: EventRules, problem: SequenceProblem): StepFailure {
  return new StepFailure([diagnose('sequence-wrong', { column, relation: place.name, ...problem }, placed(place, sequenceSpan))]);
}
