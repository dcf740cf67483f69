/** Moves the staged rows that fail tests into the quarantine of their model: each staged row ends in just one of the two. */
import type { Column, Relation } from '../adapter/relation.ts';
import { failingRowsQuery } from '../checks/partition-sql.ts';
import { meets } from '../checks/judge.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { QuarantineLimits } from '../plan/action.ts';
import { quarantineColumns } from '../plan/quarantine-table.ts';
import { rowsToDivide, rulesOf } from './division.ts';
import type { Divided, DivisionTools, Quarantine } from './division.ts';
import { queryRows, runOperation, runStatements } from './perform.ts';
import { runAudit } from './run-audit.ts';
import type { TestOutcome } from './run-audit.ts';
import { findPublished, judgeKeys } from './standing-keys.ts';
import { StepFailure } from './step-failure.ts';

/** What was set aside. */
export interface SetAside {
  readonly tests: readonly TestOutcome[];
  readonly rows: number;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Counts first, with the statement that would judge the rows anyway: where nothing fails, nothing else is asked. Other tests
 * are asked again once rows have gone.
 */
export async function setAside(context: DivisionTools, step: Divided, action: Quarantine): Promise<SetAside> {
  const { adapter } = context.ports;
  const tools = { ...context, dialect: adapter.dialect, capabilities: adapter.capabilities };
  const judged = await runAudit(tools, action.audit);
  const published = await findPublished(context, step, action, judged);
  const tests =
    published === undefined || action.among === undefined ? judged : await judgeKeys(context, step, action, { judged, published });
  const rules = new Set<string>(action.rules.map(({ test }) => test));
  const isRefused = tests.some(({ id, verdict }) => rules.has(id) && verdict === 'fail');
  const fails = action.published !== undefined || tests.some(({ id, failures }) => rules.has(id) && failures > 0);
  if (isRefused) return { tests, rows: 0, warnings: [] };
  if (!fails || rules.size === 0) {
    if (action.standing !== undefined)
      await runStatements(context.connection, ...forget(context, action, action.standing).map(asStatement));
    return { tests, rows: 0, warnings: [] };
  }
  const { rows, staged } = await move(context, step, action, { tests, published });
  if (rows === 0) return { tests, rows, warnings: [] };
  const others = { ...action.audit, checks: action.audit.checks.filter(({ id }) => !rules.has(id)) };
  const again = new Map((others.checks.length === 0 ? [] : await runAudit(tools, others)).map((test) => [test.id, test]));
  const table = `${action.table.schema}.${action.table.name}`;
  const parameters = { model: step.name, table, rows, staged, stays: action.published !== undefined };
  return {
    tests: tests.map((test) => again.get(test.id) ?? test),
    rows,
    warnings: [diagnose('rows-quarantined', parameters, { node: step.node, span: { path: step.path, start: 0, end: 0 } })],
  };
}

const asStatement = (sql: string): { readonly sql: string } => ({ sql });

async function move(
  context: DivisionTools,
  step: Divided,
  action: Quarantine,
  { tests, published }: { readonly tests: readonly TestOutcome[]; readonly published: string | undefined },
): Promise<{ readonly rows: number; readonly staged: number }> {
  const { ports, connection } = context;
  const { dialect, catalog } = ports.adapter;
  const columns = await catalog.columns(connection, action.stage, action.stage.schema === dialect.temporarySchema);
  refuseHidden(context, step, columns);
  const failing: Relation = { schema: dialect.temporarySchema, name: `${action.stage.name}_failing` };
  const stage = dialect.relation(action.stage);
  const query = failingRowsQuery(rulesOf(context, action), {
    ...rowsToDivide(context, step, action),
    ...(published === undefined ? {} : { published }),
  });
  const counted = await queryRows(connection, { sql: `select count(*) from ${stage}` });
  const staged = Number(counted.rows[0]?.[0] ?? 0);
  const rows = await runStatements(connection, asStatement(`create temp table ${dialect.quoteIdentifier(failing.name)} as ${query}`));
  refuseTooMany(step, action, { rows, staged, tests });
  const list = dialect.relation(failing);
  const target = await prepareTable(context, action, columns);
  await runStatements(
    connection,
    ...[
      ...forget(context, action, target, list),
      insertFailing(context, action, { columns, target, list }),
      `delete from ${stage} where ${dialect.rowId} in (select _tx_row from ${list})`,
      `drop table ${list}`,
    ].map(asStatement),
  );
  return { rows, staged };
}

/** A column of the user's hides what tells rows apart. */
function refuseHidden({ ports }: DivisionTools, step: Divided, columns: readonly Column[]): void {
  const { dialect } = ports.adapter;
  const own = new Set([dialect.rowId, ...Object.keys(quarantineColumns)].map(dialect.foldIdentifier));
  const taken = columns.find(({ name }) => own.has(dialect.foldIdentifier(name)));
  if (taken === undefined) return;
  const reason = `a column is called \`${taken.name}\``;
  throw new StepFailure([
    diagnose('quarantine-impossible', { test: undefined, model: step.name, reason }, { node: step.node, span: startOf(step) }),
  ]);
}

const startOf = ({ path }: Divided): { readonly path: string; readonly start: number; readonly end: number } => ({
  path,
  start: 0,
  end: 0,
});

interface Division {
  readonly rows: number;
  readonly staged: number;
  readonly tests: readonly TestOutcome[];
}

function refuseTooMany(step: Divided, { limits, rules }: Quarantine, { rows, staged, tests }: Division): void {
  const limit = brokenLimit(limits, rows, staged);
  if (limit === undefined) return;
  const of = new Set<string>(rules.map(({ test }) => test));
  const found = tests.filter(({ id, failures }) => of.has(id) && failures > 0).map(({ name, failures }) => ({ name, failures }));
  throw new StepFailure([
    diagnose('quarantine-full', { model: step.name, rows, staged, limit, tests: found }, { node: step.node, span: startOf(step) }),
  ]);
}

function brokenLimit({ maxRows, maxRatio }: QuarantineLimits, rows: number, staged: number): string | undefined {
  if (maxRows !== undefined && rows > maxRows) return `max_rows: ${maxRows}`;
  if (maxRatio !== undefined && meets(rows, staged, maxRatio)) return `max_ratio: ${maxRatio.text.replace(/^>\s*/, '')}`;
  return undefined;
}

/** Sees to it that the table takes the rows, and gives its columns. */
async function prepareTable(
  context: DivisionTools,
  { table, standing, isWhole }: Quarantine,
  staged: readonly Column[],
): Promise<readonly Column[]> {
  const { ports, connection } = context;
  const { adapter } = ports;
  const { dialect } = adapter;
  const fold = dialect.foldIdentifier;
  const wanted = [...staged, ...Object.entries(quarantineColumns).map(([name, type]) => ({ name, type: dialect.typeName(type) }))];
  const stands = new Map(standing?.map((column) => [fold(column.name), column]));
  const missing = staged.filter(({ name }) => !stands.has(fold(name)));
  const retyped = staged.filter(({ name, type }) => stands.has(fold(name)) && stands.get(fold(name))?.type !== type);
  const isSame = missing.length + retyped.length === 0 && standing?.length === wanted.length;
  if (standing === undefined || (isWhole && !isSame)) {
    if (standing !== undefined)
      await runOperation(adapter, connection, { kind: 'drop', relation: table, relationKind: 'table', temporary: false });
    await runOperation(adapter, connection, { kind: 'stage-columns', stage: table, temporary: false, columns: wanted });
    return wanted;
  }
  if (isSame) return standing;
  // A value of another type has a place in a column of text, and no earlier one is lost.
  const text = dialect.typeName('text');
  const retype = retyped
    .filter(({ name }) => stands.get(fold(name))?.type !== text)
    .map(({ name }) => ({ name: stands.get(fold(name))?.name ?? name, type: text }));
  await runOperation(adapter, connection, { kind: 'alter-columns', target: table, add: missing, drop: [], retype });
  const changed = new Set(retype.map(({ name }) => name));
  return [...standing.map((column) => (changed.has(column.name) ? { ...column, type: text } : column)), ...missing];
}

/** Takes away the rows whose place the staged ones take: all, or those with a key that is staged, and what fails once more. */
function forget({ ports }: DivisionTools, action: Quarantine, target: readonly Column[], failing?: string): readonly string[] {
  const { dialect } = ports.adapter;
  const table = dialect.relation(action.table);
  if (action.isWhole) return [`delete from ${table}`];
  const stage = dialect.relation(action.stage);
  const text = dialect.typeName('text');
  const types = new Map(target.map(({ name, type }) => [dialect.foldIdentifier(name), type]));
  const same = action.key.map((name) => {
    const column = dialect.quoteIdentifier(name);
    const isText = types.get(dialect.foldIdentifier(name)) === text;
    return isText
      ? `cast(_tx_held.${column} as ${text}) = cast(_tx_staged.${column} as ${text})`
      : `_tx_held.${column} = _tx_staged.${column}`;
  });
  const byKey = same.length === 0 ? [] : [`delete from ${table} as _tx_held using ${stage} as _tx_staged where ${same.join(' and ')}`];
  if (failing === undefined) return byKey;
  const ids = `select ${rowHash(text)} from ${stage} as _tx_staged join ${failing} as _tx_failing on _tx_staged.${dialect.rowId} = _tx_failing._tx_row`;
  return [...byKey, `delete from ${table} where _tx_row_id in (${ids})`];
}

/** The same for the same values, whenever and wherever they are staged. */
const rowHash = (text: string): string => `md5(cast(_tx_staged as ${text}))`;

interface Insertion {
  readonly columns: readonly Column[];
  readonly target: readonly Column[];
  readonly list: string;
}

function insertFailing({ ports, plan }: DivisionTools, action: Quarantine, { columns, target, list }: Insertion): string {
  const { dialect } = ports.adapter;
  const { quoteIdentifier: quote, literal, foldIdentifier: fold } = dialect;
  const text = dialect.typeName('text');
  const types = new Map(target.map(({ name, type }) => [fold(name), type]));
  const values = columns.map(({ name, type }) => {
    const column = `_tx_staged.${quote(name)}`;
    return types.get(fold(name)) === type ? column : `cast(${column} as ${text})`;
  });
  const own = [
    rowHash(text),
    '_tx_failing._tx_reasons',
    literal(action.fingerprint),
    literal(plan.run.id),
    literal({ timestamp: plan.run.startedAt }),
  ];
  const names = [...columns.map(({ name }) => quote(name)), ...Object.keys(quarantineColumns)].join(', ');
  return (
    `insert into ${dialect.relation(action.table)} (${names}) select ${[...values, ...own].join(', ')} ` +
    `from ${dialect.relation(action.stage)} as _tx_staged join ${list} as _tx_failing on _tx_staged.${dialect.rowId} = _tx_failing._tx_row`
  );
}
