/** Brings the columns of an incremental table and of its staged rows in line, and refuses what would lose a value. */
import type { Span } from '../diagnostics/span.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import { queryRows, renderOperation, runOperation } from './perform.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

/** What is brought in line: of an increment, or of anything else that is staged for a table. */
type ColumnChange = Pick<Extract<Action, { kind: 'apply-increment' }>, 'stage' | 'target' | 'targetColumns' | 'onSchemaChange'>;

/** What diagnostics of this step carry. */
export interface StepPlace {
  readonly node: string;
  readonly name: string;
  readonly path: string;
  /** Where it is declared what is not kept. */
  readonly span?: Span | undefined;
}

/** A column that is of one type and is to be of another. */
interface Retyped {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Names of the columns to write, after `on_schema_change` had its way with the table. From then on the staged rows have the
 * types of the table: a comparison of their keys is exact, and nothing is cast on the way.
 */
export async function reconcileColumns(
  adapter: Adapter,
  connection: Connection,
  action: ColumnChange,
  staged: readonly Column[],
  place: StepPlace,
): Promise<readonly string[]> {
  const fold = adapter.dialect.foldIdentifier;
  const stagedByName = new Map(staged.map((column) => [fold(column.name), column]));
  const targetNames = new Set(action.targetColumns.map((column) => fold(column.name)));
  const added = staged.filter((column) => !targetNames.has(fold(column.name)));
  const removed = action.targetColumns.filter((column) => !stagedByName.has(fold(column.name)));
  const common = action.targetColumns.filter((column) => stagedByName.has(fold(column.name)));
  const retyped = common.flatMap(({ name, type: from }): readonly Retyped[] => {
    const to = stagedByName.get(fold(name))?.type ?? bug('a common column is staged');
    return to === from ? [] : [{ name, from, to }];
  });
  const relation = nameOf(action.target);
  const change = { target: action.target, add: added, drop: [], retype: [] };
  const whole = { ...change, drop: names(removed), retype: retyped.map(({ name, to }) => ({ name, type: to })) };
  const alters = (): Promise<readonly string[]> => textsOf(adapter, connection, whole);
  switch (action.onSchemaChange) {
    case 'ignore':
      if (removed.length > 0) requireColumns(action.target, removed, place, await alters());
      await castStage(adapter, connection, action, retyped, place);
      return names(common);
    case 'fail':
      if (added.length + removed.length + retyped.length > 0) {
        throw new StepFailure([
          diagnose(
            'schema-changed',
            { relation, added: names(added), removed: names(removed), retyped, alters: await alters() },
            where(place),
          ),
        ]);
      }
      return names(common);
    case 'append_new_columns':
      await castStage(adapter, connection, action, retyped, place);
      // A row that comes is a whole row by every strategy, also one that takes the place of an old one.
      await alter(adapter, connection, { ...change, target: action.stage, add: removed });
      await alter(adapter, connection, change);
      return names([...common, ...removed, ...added]);
    case 'sync_all_columns':
      if (removed.length * 2 > action.targetColumns.length) {
        throw new StepFailure([
          diagnose(
            'schema-change-refused',
            { relation, removed: names(removed), total: action.targetColumns.length, alters: await alters() },
            where(place),
          ),
        ]);
      }
      await requireLossless(adapter, connection, { holder: action.target, target: action.target, retyped, place });
      await alter(adapter, connection, whole);
      return [...names(common), ...names(added)];
    default:
      return unreachable(action.onSchemaChange);
  }
}

/** Fails when columns of the table are missing in the rows that are to be added to it. `alters` would make the table as they are. */
export function requireColumns(target: Relation, missing: readonly Column[], place: StepPlace, alters: readonly string[] = []): void {
  if (missing.length === 0) return;
  const found = { columns: names(missing), relation: nameOf(target), alters };
  throw new StepFailure([diagnose('increment-column-missing', found, where(place))]);
}

/** Gives the staged rows the types that the table has. */
async function castStage(
  adapter: Adapter,
  connection: Connection,
  { stage, target }: ColumnChange,
  retyped: readonly Retyped[],
  place: StepPlace,
): Promise<void> {
  const back = retyped.map(({ name, from, to }) => ({ name, from: to, to: from }));
  await requireLossless(adapter, connection, { holder: stage, target, retyped: back, place });
  await alter(adapter, connection, { target: stage, add: [], drop: [], retype: back.map(({ name, to }) => ({ name, type: to })) });
}

interface LosslessQuestion {
  /** The relation whose values are to change their type: the table itself, or the staged rows. */
  readonly holder: Relation;
  readonly target: Relation;
  readonly retyped: readonly Retyped[];
  readonly place: StepPlace;
}

/**
 * Refuses a change of types that not every value survives. What the types are called decides nothing: each value is cast there
 * and back, which is asked only where the types differ.
 */
async function requireLossless(adapter: Adapter, connection: Connection, question: LosslessQuestion): Promise<void> {
  const { holder, target, retyped, place } = question;
  const diagnostics: Diagnostic[] = [];
  for (const change of retyped) {
    const values = await countLost(adapter, connection, holder, change);
    if (values === 0) continue;
    diagnostics.push(
      diagnose(
        'type-change-refused',
        { relation: nameOf(target), column: change.name, from: change.from, to: change.to, values, stored: holder === target },
        where(place),
      ),
    );
    // After an error of the engine the transaction answers nothing any more.
    if (values === undefined) break;
  }
  if (diagnostics.length > 0) throw new StepFailure(diagnostics);
}

/** How many values a cast would change; undefined when one of them cannot be cast at all. */
async function countLost(adapter: Adapter, connection: Connection, holder: Relation, change: Retyped): Promise<number | undefined> {
  const { dialect } = adapter;
  const text = dialect.typeName('text');
  const value = dialect.quoteIdentifier(change.name);
  const back = `cast(cast(${value} as ${change.to}) as ${change.from})`;
  // Compared as text: not every type can be compared.
  const sql = `select count(*) from ${dialect.relation(holder)} where cast(${back} as ${text}) is distinct from cast(${value} as ${text})`;
  try {
    const { rows } = await queryRows(connection, { sql });
    return Number(rows[0]?.[0] ?? bug('a count without a row'));
  } catch (cause) {
    if (cause instanceof StatementFailure && (cause.details.kind === 'conversion' || cause.details.kind === 'type-mismatch'))
      return undefined;
    throw cause;
  }
}

interface Alteration {
  readonly target: Relation;
  readonly add: readonly Column[];
  readonly drop: readonly string[];
  readonly retype: readonly Column[];
}

/** The statements that would carry it out. */
async function textsOf(adapter: Adapter, connection: Connection, change: Alteration): Promise<readonly string[]> {
  return (await renderOperation(adapter, connection, { kind: 'alter-columns', ...change })).map(({ sql }) => sql);
}

async function alter(adapter: Adapter, connection: Connection, change: Alteration): Promise<void> {
  if (change.add.length + change.drop.length + change.retype.length === 0) return;
  await runOperation(adapter, connection, { kind: 'alter-columns', ...change });
}

const names = (columns: readonly Column[]): readonly string[] => columns.map((column) => column.name);
const nameOf = ({ schema, name }: Relation): string => `${schema}.${name}`;
const where = ({ node, path, span }: StepPlace): Where => ({ node, span: span ?? { path, start: 0, end: 0 } });
