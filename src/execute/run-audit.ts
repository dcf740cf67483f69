/** Runs the tests of one audit and judges them. It never decides what a failure means for the step. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Cell, Connection, ResultSet } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { embed } from '../adapter/statement.ts';
import { decodeCheckRows, planCheckStatements, sampleQuery, singleCheckStatement } from '../checks/check-statements.ts';
import type { CheckCount, CheckInput } from '../checks/check-statements.ts';
import { findColumnProblem } from '../checks/find-column-problem.ts';
import { judge } from '../checks/judge.ts';
import type { Verdict } from '../checks/judge.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Action, PlannedCheck, PlannedQueryTest } from '../plan/plan.ts';
import type { FailureSample } from './events.ts';
import { queryRows } from './perform.ts';
import { StepFailure } from './step-failure.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** What one test came to. */
export interface TestOutcome {
  readonly id: NodeId;
  readonly name: string;
  readonly span: Span;
  readonly verdict: Verdict;
  readonly failures: number;
  /** Rows looked at, where that was asked for. */
  readonly total?: number;
  readonly unit: 'rows' | 'keys';
  readonly threshold: string;
  readonly sample?: FailureSample;
}

export interface AuditTools {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  /**
   * Sends one statement per check instead of one for all: slower, but an error then names its check.
   * Inside a transaction the caller has to begin anew before it asks for this.
   */
  readonly apart: boolean;
}

const sampleSize = 5;

/** Runs every test of `audit`. Rejects with a StatementFailure when one cannot be evaluated. */
export async function runAudit(tools: AuditTools, audit: Audit): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  const counts = await countAll(tools, audit);
  for (const [index, check] of audit.checks.entries()) {
    const count = counts.get(index) ?? bug(`check ${check.id} gave no count`);
    outcomes.push(await judgeCheck(tools, audit, check, count));
  }
  for (const query of audit.queries) outcomes.push(await runQueryTest(tools, query));
  return outcomes;
}

async function countAll(tools: AuditTools, audit: Audit): Promise<ReadonlyMap<number, CheckCount>> {
  const counts = new Map<number, CheckCount>();
  const input = checkInput(tools, audit);
  if (tools.apart) await refuseMisfits(tools, audit);
  const statements = tools.apart
    ? audit.checks.map((check, index) => ({ sql: singleCheckStatement(input, index).sql, test: check.id }))
    : planCheckStatements(input).map((statement) => ({ sql: statement.sql, test: undefined }));
  for (const { sql, test } of statements) {
    const { rows } = await queryRows(tools.connection, { sql }, undefined, test);
    for (const count of decodeCheckRows(rows)) counts.set(count.index, count);
  }
  return counts;
}

/** The database has refused one of these checks: says why in the words of the project, where that can be known. */
async function refuseMisfits({ connection, dialect }: AuditTools, audit: Audit): Promise<void> {
  if (audit.checks.every((check) => check.column === undefined)) return;
  const { columns } = await queryRows(connection, { sql: `select * from ${audit.relation} limit 0` });
  for (const { check, args, column, relationName: relation, span, id: node } of audit.checks) {
    if (column === undefined) continue;
    const problem = findColumnProblem({ check, args, column, relation, columns, fold: dialect.foldIdentifier, span, node });
    if (problem !== undefined) throw new StepFailure([problem], node);
  }
}

function checkInput(tools: AuditTools, audit: Audit): CheckInput {
  return {
    relation: audit.relation,
    relationKind: audit.relationKind,
    form: tools.capabilities.rowCheckForm,
    checks: audit.checks.map((check) => ({
      id: check.id,
      shape: check.shape,
      needsTotal: check.warnIf.percent || check.errorIf.percent,
      ...(check.where === undefined ? {} : { where: check.where }),
    })),
  };
}

async function judgeCheck(tools: AuditTools, audit: Audit, check: PlannedCheck, count: CheckCount): Promise<TestOutcome> {
  const outcome = outcomeOf(check, count.failures, count.total, check.shape.kind === 'groups' ? 'keys' : 'rows');
  if (outcome.verdict === 'pass') return outcome;
  const sql = sampleQuery(check, checkInput(tools, audit), Math.min(check.limit ?? sampleSize, sampleSize));
  return { ...outcome, sample: await readSample(tools.connection, check, sql) };
}

async function runQueryTest(tools: AuditTools, test: PlannedQueryTest): Promise<TestOutcome> {
  const counted = await queryRows(tools.connection, embed('select count(*) from (\n', test.query, '\n) as failures'), undefined, test.id);
  const outcome = outcomeOf(test, Number(counted.rows[0]?.[0] ?? 0), undefined, 'rows');
  if (outcome.verdict === 'pass') return outcome;
  const sample = `select * from (\n${test.query.sql}\n) as failures limit ${Math.min(test.limit ?? sampleSize, sampleSize)}`;
  return { ...outcome, sample: await readSample(tools.connection, test, sample) };
}

function outcomeOf(test: PlannedCheck | PlannedQueryTest, failures: number, total: number | undefined, unit: 'rows' | 'keys'): TestOutcome {
  const verdict = judge({ failures, total, severity: test.severity, warnIf: test.warnIf, errorIf: test.errorIf });
  return {
    id: test.id,
    name: test.name,
    span: test.span,
    verdict,
    failures,
    ...(total === undefined ? {} : { total }),
    unit,
    threshold: (verdict === 'fail' ? test.errorIf : test.warnIf).text,
  };
}

async function readSample(connection: Connection, test: PlannedCheck | PlannedQueryTest, sql: string): Promise<FailureSample> {
  const rows = await queryRows(connection, { sql }, sampleSize, test.id);
  return {
    test: test.id,
    title: test.name,
    rows: mask(lead(rows, 'leadingColumns' in test ? test.leadingColumns : []), test.maskedColumns),
    shown: rows.rows.length,
  };
}

/** Puts some columns before the others, whose order stays. */
function lead(result: ResultSet, leading: readonly string[]): ResultSet {
  const rank = new Map(leading.map((name, index) => [name.toLowerCase(), index]));
  const rankOf = (index: number): number => rank.get((result.columns[index]?.name ?? '').toLowerCase()) ?? leading.length;
  const order = result.columns.map((_, index) => index).sort((a, b) => rankOf(a) - rankOf(b) || a - b);
  const arrange = <T>(list: readonly T[]): readonly T[] => order.flatMap((index) => list.slice(index, index + 1));
  return { columns: arrange(result.columns), rows: result.rows.map(arrange) };
}

/** Replaces the values of masked columns; NULL stays visible, because it is often the point. */
function mask(result: ResultSet, masked: readonly string[]): ResultSet {
  if (masked.length === 0) return result;
  const hidden = new Set(masked.map((name) => name.toLowerCase()));
  const hide = (cell: Cell, index: number): Cell =>
    cell !== null && hidden.has((result.columns[index]?.name ?? '').toLowerCase()) ? '***' : cell;
  return { columns: result.columns, rows: result.rows.map((row) => row.map(hide)) };
}
