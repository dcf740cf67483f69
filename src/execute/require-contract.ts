/** Compares the columns of a query or a table with what a contract says of them. */
import type { Column } from '../adapter/relation.ts';
import { embed } from '../adapter/statement.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Note } from '../diagnostics/diagnostic.ts';
import { differencesOf, tableOfDifferences } from '../compile/contract.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { StepContext } from './attempt.ts';
import { queryRows } from './perform.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

type RequireContract = Extract<Action, { kind: 'require-contract' }>;

/** Throws one diagnostic with all differences. No row is read: an empty result has its columns too. */
export async function requireContract({ ports, connection, plan }: StepContext, step: BuildStep, action: RequireContract): Promise<void> {
  const { dialect } = ports.adapter;
  const { query, table, relation, columns, span } = action;
  const where = { node: step.node, span: span ?? { path: step.path, start: 0, end: 0 } };
  const given =
    query === undefined
      ? { sql: `select * from ${dialect.relation(table ?? relation)} limit 0` }
      : embed('select * from (\n', query, '\n) as promised limit 0');
  const actual = await queryRows(connection, given);
  const spelled = await spell({ connection, ports }, columns).catch((cause: unknown) => {
    if (!(cause instanceof StatementFailure) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
    throw new StepFailure([diagnose('contract-type-unknown', { engine: plan.target.engine, message: cause.details.message }, where)]);
  });
  // What `on_schema_change` leaves in a table is no promise of the contract.
  const differences = differencesOf(spelled, actual.columns, dialect.foldIdentifier).filter(
    ({ declared }) => table === undefined || declared !== undefined,
  );
  if (differences.length === 0) return;
  const notes = tableOfDifferences(differences).map((message): Note => ({ message }));
  const problem = { relation: `${relation.schema}.${relation.name}`, ofTable: table !== undefined, count: differences.length };
  throw new StepFailure([diagnose('contract-broken', problem, { ...where, notes })]);
}

/** The engine's spelling of declared types. */
async function spell(
  { connection, ports }: Pick<StepContext, 'connection' | 'ports'>,
  columns: readonly Column[],
): Promise<readonly Column[]> {
  const casts = columns.map(({ name, type }) => `cast(null as ${type}) as ${ports.adapter.dialect.quoteIdentifier(name)}`);
  const { columns: found } = await queryRows(connection, { sql: `select ${casts.join(', ')} limit 0` });
  // Under the declared names: engines may change names that stand twice.
  return columns.map(({ name, type }, at) => ({ name, type: found[at]?.type ?? type }));
}
