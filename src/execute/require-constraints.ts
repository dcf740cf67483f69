/** Finds the rows that break a constraint, so that its message can show some of them. */
import type { WantedConstraint } from '../adapter/operation.ts';
import type { Cell, ResultSet } from '../adapter/connection.ts';
import { constraintKey } from '../adapter/constraint-name.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { EngineErrorKind } from '../adapter/engine-error.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Action, PlannedConstraint } from '../plan/action.ts';
import type { BuildStep, TestStep } from '../plan/plan.ts';
import type { StepContext } from './attempt.ts';
import { queryRows, runOperation } from './perform.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

type RequireConstraints = Extract<Action, { kind: 'require-constraints' }>;

const sampleSize = 3;
/** Columns of a row that are shown beside those of the constraint. */
const shownColumns = 3;

/** Throws a diagnostic for each constraint that rows break, or that makes no sense for them. */
export async function requireConstraints(context: StepContext, step: BuildStep, action: RequireConstraints): Promise<void> {
  const { connection, ports, plan } = context;
  const { stage, query, constraints } = action;
  if (query !== undefined) await runOperation(ports.adapter, connection, { kind: 'stage-query', stage, temporary: true, query });
  const diagnostics: Diagnostic[] = [];
  for (const constraint of constraints) {
    try {
      diagnostics.push(...(await judge(context, step, action, constraint)));
    } catch (cause) {
      if (!(cause instanceof StatementFailure) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
      const origin = { node: step.node, text: undefined, span: constraint.span, compiledPath: undefined };
      // After an error of the engine the transaction answers nothing any more.
      throw new StepFailure([...diagnostics, engineDiagnostic(cause.details, plan.target.engine, undefined, origin)]);
    }
  }
  if (diagnostics.length > 0) throw new StepFailure(diagnostics);
  if (query !== undefined)
    await runOperation(ports.adapter, connection, { kind: 'drop', relation: stage, relationKind: 'table', temporary: true });
}

async function judge(
  { connection, ports: { adapter } }: StepContext,
  step: BuildStep,
  action: RequireConstraints,
  { wanted, span }: PlannedConstraint,
): Promise<readonly Diagnostic[]> {
  const { dialect } = adapter;
  const question = breachOf(wanted, action, dialect);
  const problem = { relation: `${action.relation.schema}.${action.relation.name}`, constraint: describe(wanted) };
  const found: Diagnostic[] = [];
  for (const { from, keys } of question) {
    const { rows } = await queryRows(connection, { sql: `select count(*) from (${from}) as broken` });
    const count = Number(rows[0]?.[0] ?? bug('a count without a row'));
    if (count === 0) continue;
    const sample = await queryRows(connection, { sql: `${from} limit ${sampleSize}` });
    const samples = showRows(sample, wanted.columns, action.masked, dialect.foldIdentifier);
    found.push(diagnose('constraint-broken', { ...problem, rows: count, keys, samples }, { node: step.node, span }));
  }
  return found;
}

function describe({ type, columns, name }: WantedConstraint): string {
  const called = name === undefined ? '' : ` \`${name}\``;
  return `the \`${type}\` constraint${called}${columns.length === 0 ? '' : ` on ${columns.map((column) => `\`${column}\``).join(', ')}`}`;
}

interface Breach {
  /** A query for the rows, or the keys, that break it. */
  readonly from: string;
  readonly keys: boolean;
}

function breachOf(
  { type, columns, expression = '', to }: WantedConstraint,
  action: RequireConstraints,
  dialect: Dialect,
): readonly Breach[] {
  const stage = dialect.relation(action.stage);
  const quoted = columns.map(dialect.quoteIdentifier);
  const isNull = quoted.map((column) => `${column} is null`).join(' or ');
  const rows = (condition: string): Breach => ({ from: `select * from ${stage} as staged where ${condition}`, keys: false });
  const noNull = quoted.map((column) => `${column} is not null`).join(' and ');
  const repeated: Breach = {
    from: `select ${quoted.join(', ')} from ${withOthers(columns, action, dialect)} where ${noNull} group by ${quoted.join(', ')} having count(*) > 1`,
    keys: true,
  };
  switch (type) {
    case 'not_null':
      return [rows(isNull)];
    case 'primary_key':
      return [rows(isNull), repeated];
    case 'unique':
      return [repeated];
    case 'check':
      return [rows(`not (${expression}\n)`)];
    case 'foreign_key': {
      if (to === undefined) return bug('a foreign key that points nowhere');
      const same = to.columns.map((column, at) => `parent.${dialect.quoteIdentifier(column)} = staged.${quoted[at] ?? ''}`).join(' and ');
      return [rows(`${noNull} and not exists (select 1 from ${to.sql} as parent where ${same})`)];
    }
    default:
      return unreachable(type);
  }
}

/** The staged rows with the rows of the table that stay beside them. */
function withOthers(columns: readonly string[], { stage, beside }: RequireConstraints, dialect: Dialect): string {
  const staged = dialect.relation(stage);
  if (beside === undefined) return `${staged} as staged`;
  const list = columns.map(dialect.quoteIdentifier).join(', ');
  const same = beside.key.map(dialect.quoteIdentifier).map((key) => `staged.${key} = others.${key}`);
  const stay = same.length === 0 ? '' : ` where not exists (select 1 from ${staged} as staged where ${same.join(' and ')})`;
  return `(select ${list} from ${staged} as staged union all select ${list} from ${dialect.relation(beside.table)} as others${stay}) as every_row`;
}

/** `id = 1, email = NULL`: a few columns that may tell which row it is, and those of the constraint. */
function showRows(
  { columns, rows }: ResultSet,
  named: readonly string[],
  masked: readonly string[],
  fold: (name: string) => string,
): readonly string[] {
  const hidden = new Set(masked.map(fold));
  const wanted = new Set(named.map(fold));
  const shown = columns.flatMap(({ name }, at) => (at < shownColumns || wanted.has(fold(name)) ? [{ name, at }] : []));
  const show = (name: string, cell: Cell | undefined): string =>
    cell === null || cell === undefined ? 'NULL' : hidden.has(fold(name)) ? '***' : String(cell);
  return rows.map((row) => shown.map(({ name, at }) => `${name} = ${show(name, row[at])}`).join(', '));
}

const constraintsOf = (step: BuildStep | TestStep): readonly { readonly constraint: PlannedConstraint; readonly key: string }[] =>
  step.kind === 'test'
    ? []
    : step.transaction.flatMap((action) =>
        action.kind !== 'require-constraints'
          ? []
          : action.constraints.map((constraint) => ({ constraint, key: constraintKey(action.relation, constraint.wanted) })),
      );

/** What an engine says of a constraint that makes no sense for its table. */
const ownKinds: ReadonlySet<EngineErrorKind> = new Set([
  'other',
  'unknown-column',
  'unknown-relation',
  'unknown-function',
  'type-mismatch',
  'syntax',
]);

/** Whether the engine refused the constraints of a step or the rows for them: which, it does not tell well. */
export function breaksConstraint(cause: unknown, step: BuildStep): boolean {
  if (!(cause instanceof StatementFailure) || constraintsOf(step).length === 0) return false;
  const { details, statement } = cause;
  return details.kind === 'constraint' || (statement.constraint !== undefined && ownKinds.has(details.kind));
}

const words: readonly (readonly [RegExp, WantedConstraint['type']])[] = [
  [/not[ -]null/i, 'not_null'],
  [/foreign key/i, 'foreign_key'],
  [/check/i, 'check'],
  [/primary key/i, 'primary_key'],
  [/unique|duplicate/i, 'unique'],
];

/** Where the constraint stands that an error of the engine is about, as far as that can be told. */
export function placeOfConstraint(failure: StatementFailure, step: BuildStep | TestStep): Span | undefined {
  if (step.kind === 'test' || !breaksConstraint(failure, step)) return undefined;
  const { message } = failure.details;
  const all = constraintsOf(step);
  const named = all.find(
    ({ key, constraint: { wanted } }) =>
      key === failure.statement.constraint || message.includes(key) || (wanted.name !== undefined && message.includes(`"${wanted.name}"`)),
  );
  const kinds = words.filter(([pattern]) => pattern.test(message)).map(([, type]) => type);
  return (named ?? all.find(({ constraint }) => kinds.includes(constraint.wanted.type)) ?? all[0])?.constraint.span;
}
