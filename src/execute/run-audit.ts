/** Runs the tests of one audit and judges them. It never decides what a failure means for the step. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Connection, ResultSet } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import { embed } from '../adapter/statement.ts';
import { judgeCatalog } from '../checks/catalog-rule.ts';
import type { CatalogRule } from '../checks/catalog-rule.ts';
import type { CheckUnit } from '../checks/check-definition.ts';
import { decodeCheckRows, planCheckStatements, sampleQuery, singleCheckStatement } from '../checks/check-statements.ts';
import type { CheckCount } from '../checks/check-statements.ts';
import { findColumnProblem } from '../checks/find-column-problem.ts';
import { judge } from '../checks/judge.ts';
import type { Verdict } from '../checks/judge.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Action, Asked, PlannedCheck, PlannedQueryTest } from '../plan/action.ts';
import type { RecordedPass } from '../state/state-reader.ts';
import { keptRows } from '../state/state-writer.ts';
import { gatherPlaces, placeChecks } from './check-places.ts';
import type { CheckPlace } from './check-places.ts';
import type { FailureSample } from './events.ts';
import { failingRows, failuresOf, faultRows } from './failing-rows.ts';
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
  /** Rows or groups looked at, where that was asked for. */
  readonly total?: number;
  /** It follows from the query: nothing was asked. */
  readonly proven?: true;
  /** The value that an aggregate has, or the columns; absent where it shows what stands in some row. */
  readonly measured?: string;
  /** The next run compares with what was measured. */
  readonly remembers?: true;
  /** When the bucket began that what was measured stands for, in milliseconds since 1970. */
  readonly point?: number;
  /** What was asked, and of which state of the data. */
  readonly asked?: Asked;
  /** The build that was passed without a failure, where the next one builds upon it. */
  readonly passed?: RecordedPass;
  readonly unit: CheckUnit;
  readonly threshold: string;
  readonly sample?: FailureSample;
  /** Failing rows to be stored, masked like those that are shown. */
  readonly kept?: ResultSet;
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
  const asked = audit.checks.filter((check) => check.proven !== true);
  if (asked.length === audit.checks.length) return askAudit(tools, audit);
  const rest = asked.length + audit.queries.length === 0 ? [] : await askAudit(tools, { ...audit, checks: asked });
  const found = new Map(rest.map((outcome) => [outcome.id, outcome]));
  const ofCheck = (check: PlannedCheck): TestOutcome => found.get(check.id) ?? provenOutcome(check);
  return [...audit.checks.map(ofCheck), ...rest.slice(asked.length)];
}

function provenOutcome(check: PlannedCheck): TestOutcome {
  return { ...outcomeOf(check, { failures: 0, total: 0, measured: undefined }), proven: true };
}

async function askAudit(tools: AuditTools, audit: Audit): Promise<readonly TestOutcome[]> {
  const places = await placeChecks(tools, audit);
  const counts = tools.apart ? undefined : await countAll(tools.connection, places);
  if (tools.apart) await refuseMisfits(tools, audit);
  const outcomes: TestOutcome[] = [];
  for (const run of planRuns(tools, audit, { places, counts })) outcomes.push(await run.judge());
  return outcomes;
}

/**
 * Runs every test of `audit` by itself, outside of a transaction: one that cannot be evaluated takes none of the others
 * along. `onFailure` hears of it, and may throw to end all.
 */
export async function runAuditApart(
  tools: AuditTools,
  audit: Audit,
  onFailure: (test: NodeId, cause: unknown) => void,
): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (const { test, judge: judgeTest } of planRuns(tools, audit, { places: await placeChecks(tools, audit), counts: undefined })) {
    try {
      outcomes.push(await judgeTest());
    } catch (cause) {
      onFailure(test, cause);
    }
  }
  return outcomes;
}

/** Names every check at once that does not fit the columns: a transaction ends with the first statement that fails. */
async function refuseMisfits({ connection, dialect }: AuditTools, audit: Audit): Promise<void> {
  if (audit.checks.every(({ column }) => column === undefined)) return;
  const columns = await describeOnce(connection, audit)();
  const problems = audit.checks.flatMap((check) => columnProblem(check, columns, dialect) ?? []);
  if (problems.length > 0) throw new StepFailure(problems, problems[0]?.node);
}

function columnProblem(planned: PlannedCheck, columns: readonly Column[], { foldIdentifier: fold }: Dialect): Diagnostic | undefined {
  const { check, args, column, relationName: relation, span, id: node } = planned;
  return column === undefined ? undefined : findColumnProblem({ check, args, column, relation, span, node, columns, fold });
}

interface TestRun {
  readonly test: NodeId;
  readonly judge: () => Promise<TestOutcome>;
}

interface Counted {
  readonly places: readonly CheckPlace[];
  /** By the index of the check; without it, each check asks for its own. */
  readonly counts: ReadonlyMap<number, CheckCount> | undefined;
}

/** How each test of an audit comes to its outcome, in order. */
function planRuns(tools: AuditTools, audit: Audit, { places, counts }: Counted): readonly TestRun[] {
  const describe = describeOnce(tools.connection, audit);
  const checks = audit.checks.map((check, index) => ({
    test: check.id,
    judge: async (): Promise<TestOutcome> => {
      if (check.shape.kind === 'catalog') return judgeColumns(tools, check, check.shape.rule, await describe());
      const place = places[index] ?? bug(`check ${check.id} has no place`);
      const count = counts?.get(index) ?? (await countOne(tools, check, place, describe));
      return passing(await judgeCheck(tools, check, place, count), check, audit.ordinal);
    },
  }));
  return [...checks, ...audit.queries.map((query) => ({ test: query.id, judge: () => runQueryTest(tools, query) }))];
}

/** Notes that the next build may take for granted what this one has shown. */
function passing(outcome: TestOutcome, { fingerprint }: PlannedCheck, ordinal: number | undefined): TestOutcome {
  const isClean = outcome.verdict === 'pass' && outcome.failures === 0;
  return isClean && fingerprint !== undefined && ordinal !== undefined ? { ...outcome, passed: { ordinal, fingerprint } } : outcome;
}

type Describe = () => Promise<readonly Column[]>;

/** The columns of the relation, asked for when somebody needs them. */
function describeOnce(connection: Connection, audit: Audit): Describe {
  let asked: Promise<ResultSet> | undefined;
  const from = audit.relation.startsWith('(') ? `${audit.relation} as checked` : audit.relation;
  return async () => (await (asked ??= queryRows(connection, { sql: `select * from ${from} limit 0` }))).columns;
}

async function countAll(connection: Connection, places: readonly CheckPlace[]): Promise<ReadonlyMap<number, CheckCount>> {
  const counts = new Map<number, CheckCount>();
  for (const { input, indexes } of gatherPlaces(places)) {
    for (const { sql } of planCheckStatements(input)) {
      const { rows } = await queryRows(connection, { sql });
      for (const count of decodeCheckRows(rows)) counts.set(indexes[count.index] ?? bug('a count of no check'), count);
    }
  }
  return counts;
}

/** Counts one check by itself. The database may have refused it among others: says why in the words of the project, where that can be known. */
async function countOne(tools: AuditTools, planned: PlannedCheck, place: CheckPlace, describe: Describe): Promise<CheckCount> {
  const { connection, dialect } = tools;
  const { column, id: node } = planned;
  const problem = column === undefined ? undefined : columnProblem(planned, await describe(), dialect);
  if (problem !== undefined) throw new StepFailure([problem], node);
  const { sql } = singleCheckStatement({ ...place.relation, checks: [place.check] }, 0);
  const { rows } = await queryRows(connection, { sql }, undefined, node);
  return decodeCheckRows(rows)[0] ?? bug(`check ${node} gave no count`);
}

/** A check of columns reads no row. */
async function judgeColumns(tools: AuditTools, check: PlannedCheck, rule: CatalogRule, columns: readonly Column[]): Promise<TestOutcome> {
  const { faults, measured } = judgeCatalog(rule, columns, tools.dialect.foldIdentifier);
  const outcome = outcomeOf(check, { failures: faults.length, total: undefined, measured });
  return withRows(outcome, check, (limit) => Promise.resolve(faultRows(tools.dialect, faults, limit)));
}

async function judgeCheck(tools: AuditTools, check: PlannedCheck, place: CheckPlace, count: CheckCount): Promise<TestOutcome> {
  const { measured, ...counted } = count;
  const isPublic = check.shape.kind === 'aggregate' && !check.shape.showsRows;
  const outcome = outcomeOf(check, { ...counted, measured: isPublic ? measured : undefined });
  return withRows(outcome, check, (limit) => failingRows(tools.connection, check, sampleQuery(place.check, place.relation, limit), limit));
}

async function runQueryTest(tools: AuditTools, test: PlannedQueryTest): Promise<TestOutcome> {
  const counted = await queryRows(tools.connection, embed('select count(*) from (\n', test.query, '\n) as failures'), undefined, test.id);
  const outcome = outcomeOf(test, { failures: Number(counted.rows[0]?.[0] ?? 0), total: undefined, measured: undefined });
  return withRows(outcome, test, (limit) => failingRows(tools.connection, test, failuresOf(test, limit), limit));
}

/** Reads failing rows where there are some: few to be shown, more where they are kept. */
async function withRows(
  outcome: TestOutcome,
  test: PlannedCheck | PlannedQueryTest,
  read: (limit: number) => Promise<ResultSet>,
): Promise<TestOutcome> {
  if (outcome.verdict === 'pass') return outcome;
  const shown = Math.min(test.limit ?? sampleSize, sampleSize);
  const found = await read(test.keeps === true ? Math.max(shown, keptRows) : shown);
  const rows = { columns: found.columns, rows: found.rows.slice(0, shown) };
  const sample = { test: test.id, title: test.name, rows, shown: rows.rows.length };
  return { ...outcome, sample, ...(test.keeps === true ? { kept: found } : {}) };
}

/** Judges what was found of one test. */
export function outcomeOf(test: PlannedCheck | PlannedQueryTest, found: Pick<CheckCount, 'failures' | 'total' | 'measured'>): TestOutcome {
  const { failures, total, measured } = found;
  const verdict = judge({ failures, total, severity: test.severity, warnIf: test.warnIf, errorIf: test.errorIf });
  return {
    id: test.id,
    name: test.name,
    span: test.span,
    verdict,
    failures,
    ...(total === undefined ? {} : { total }),
    ...(measured === undefined ? {} : { measured }),
    ...('remembers' in test && test.remembers === true ? { remembers: true } : {}),
    ...('point' in test && test.point !== undefined && measured !== undefined ? { point: test.point } : {}),
    ...(test.asked === undefined ? {} : { asked: test.asked }),
    unit: 'unit' in test ? test.unit : 'rows',
    threshold: (verdict === 'fail' ? test.errorIf : test.warnIf).text,
  };
}
