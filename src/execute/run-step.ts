/** Carries out one step on one connection: a build in its transaction, or tests on what is published. */
import type { Connection, StandingRelation } from '../adapter/connection.ts';
import type { Attachment, Column, Relation } from '../adapter/relation.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import { appendQuery, applyIncrement, requireKeys } from './apply-increment.ts';
import { AuditRefused } from './audit-refused.ts';
import { applyVersions, requireStamps, requireVersions } from './apply-versions.ts';
import type { Attempt, StepContext } from './attempt.ts';
import { ledgerAfter } from './batch-step.ts';
import type { RunningBuild } from './batch-step.ts';
import { beginBuild } from './begin-build.ts';
import type { BegunBuild } from './begin-build.ts';
import type { ExecutionPorts } from './execution.ts';
import { failedAttempt, readsItself, withColumns } from './failed-attempt.ts';
import { isOfFiles, keepFiles, settleFiles, takeBackFiles } from './keep-files.ts';
import { laterBuilds } from './later-builds.ts';
import { loadSeed, verifySeed } from './load-seed.ts';
import { commitWith, queryRows, renderOperation, runOperation, runStatements } from './perform.ts';
import type { Situation } from './perform.ts';
import { placingIndexErrors } from './place-index-error.ts';
import { reattach } from './reattach.ts';
import { breaksConstraint, requireConstraints } from './require-constraints.ts';
import { requireContract } from './require-contract.ts';
import { lastHook, requireStanding } from './require-standing.ts';
import { requireInterval } from './require-interval.ts';
import { requireRunning } from './require-running.ts';
import { runAudit } from './run-audit.ts';
import type { TestOutcome } from './run-audit.ts';
import { setAside } from './set-aside.ts';
import { requireEvents, settleEvents } from './settle-events.ts';
import type { Settled } from './settle-events.ts';
import { checkRecords, failureRecords, grownTests } from './test-records.ts';
import { joinOutcomes } from './test-results.ts';

/** One attempt at a build: everything commits, or nothing did. Gives the step as it was carried out, which may have been planned anew. */
export async function attemptBuild(
  context: StepContext,
  planned: RunningBuild,
): Promise<{ readonly attempt: Attempt; readonly step: RunningBuild }> {
  const { connection } = context;
  const progress: Progress = {
    tests: [],
    rows: undefined,
    warnings: [],
    staged: undefined,
    settled: undefined,
    standing: undefined,
    kept: [],
    auditing: false,
    quarantined: undefined,
  };
  let current: Pick<BegunBuild, 'step' | 'texts'> = { step: planned, texts: context.texts };
  let committed = false;
  try {
    // Hooks outside of the transaction ran with the first attempt; nothing takes them back.
    if (context.attempt === 1 && !context.apart) await runOutside(context, planned.before);
    const begun = await beginBuild(context, planned);
    current = begun;
    progress.standing = begun.standing;
    if (begun.isLoaded === true) {
      await connection.rollback();
      return { attempt: { kind: 'done', rows: 0, elsewhere: true, warnings: [], tests: [], errors: [] }, step: begun.step };
    }
    await carryOut({ ...context, texts: begun.texts }, begun.step, progress);
    committed = true;
    settleFiles(context.ports, begun.step);
    await runOutside(context, planned.after);
    return {
      attempt: {
        kind: 'done',
        rows: progress.rows,
        quarantined: progress.quarantined,
        warnings: progress.warnings,
        tests: progress.tests,
        errors: [],
      },
      step: begun.step,
    };
  } catch (cause) {
    await connection.rollback();
    const { step, texts } = current;
    if (!committed) takeBackFiles(context.ports, step);
    if (cause instanceof AuditRefused) return { attempt: { kind: 'refused', tests: cause.tests }, step };
    const failed = failedAttempt({ ...context, texts }, await withColumns(context, cause, step.node), step, {
      duringAudit: progress.auditing || breaksConstraint(cause, step),
      readsItself: await readsItself(context, cause, step),
    });
    // What is published must not be built a second time: the plan was made for what stood before.
    return { attempt: committed ? { ...failed, retry: 'never' } : failed, step };
  }
}

/** Everything between BEGIN and COMMIT, and the COMMIT. */
async function carryOut(context: StepContext, step: RunningBuild, progress: Progress): Promise<void> {
  const startedAt = context.ports.clock.now();
  const last = step.transaction.at(-1);
  const joined = last?.kind === 'operation' ? last : undefined;
  for (const action of joined === undefined ? step.transaction : step.transaction.slice(0, -1)) {
    requireRunning(context);
    await perform(context, step, action, progress);
  }
  requireRunning(context);
  await putBackKept(context, step, progress);
  await recordAndCommit(context, step, progress, { startedAt, joined });
}

/** Hooks beside the transaction, each on its own. */
async function runOutside(context: StepContext, operations: BuildStep['before']): Promise<void> {
  for (const operation of operations) {
    requireRunning(context);
    await runOperation(context.ports.adapter, context.connection, operation);
  }
}

interface Progress {
  tests: readonly TestOutcome[];
  rows: number | undefined;
  readonly warnings: Diagnostic[];
  staged: readonly Column[] | undefined;
  settled: Settled | undefined;
  /** The target as the transaction found it, until something of the user may have changed it. */
  standing: StandingRelation | undefined;
  /** What was on the old table and waits for the end of the step. */
  kept: readonly Attachment[];
  auditing: boolean;
  /** Rows that were set aside; undefined where that was not asked for. */
  quarantined: number | undefined;
}

function situationOf({ ports, plan, lockTimeoutMs }: StepContext, step: BuildStep, progress: Progress): Situation {
  return {
    standing: progress.standing,
    lockTimeoutMs,
    onWait: (wait) => ports.emit({ type: 'node-waiting', id: step.node, name: step.name, ...wait }),
    isRebuilt: laterBuilds(plan, step.id, ports.adapter.dialect),
    keep: (attachments) => (progress.kept = attachments),
  };
}

/** After the hooks, so that what they make comes first. */
async function putBackKept({ ports, connection }: StepContext, step: BuildStep, progress: Progress): Promise<void> {
  const attachments = progress.kept;
  progress.kept = [];
  if (attachments.length === 0) return;
  progress.warnings.push(...(await reattach(ports.adapter, connection, { target: step.relation, attachments }, stepStart(step))));
}

async function perform(context: StepContext, step: RunningBuild, action: Action, progress: Progress): Promise<void> {
  const { ports, connection } = context;
  const { adapter } = ports;
  if (isOfFiles(action)) {
    progress.rows = await keepFiles(context, step, action, progress.rows);
    return;
  }
  switch (action.kind) {
    case 'operation':
      await performOperation(context, step, action, progress);
      return;
    case 'require-keys':
      progress.staged = await requireKeys(adapter, connection, action, { ...step, span: action.span });
      return;
    case 'require-events':
      progress.staged = await requireEvents(adapter, connection, action, step);
      return;
    case 'settle-events':
      progress.settled = await settleEvents(adapter, connection, action, { ...step, staged: progress.staged ?? [] });
      return;
    case 'require-interval': {
      const { staged, dropped } = await requireInterval(context, step, action);
      progress.staged = staged;
      if (progress.rows !== undefined) progress.rows -= dropped;
      return;
    }
    case 'require-contract':
      await requireContract(context, step, action);
      return;
    case 'require-constraints':
      if (action.when === 'always' || context.apart) await requireConstraints(context, step, action);
      return;
    case 'apply-increment':
      progress.rows = await applyIncrement(adapter, connection, action, {
        ...step,
        ...progress,
        situation: situationOf(context, step, progress),
        span: action.span,
      });
      return;
    case 'quarantine':
      await performQuarantine(context, step, action, progress);
      return;
    case 'append-query':
      progress.rows = await appendQuery(adapter, connection, action, { ...step, span: action.span });
      return;
    case 'require-versions':
      await requireVersions(adapter, connection, action, step);
      return;
    case 'require-stamps':
      await requireStamps(adapter, connection, action, step);
      return;
    case 'apply-versions':
      progress.rows = await applyVersions(adapter, connection, action, step);
      return;
    case 'reattach':
      progress.warnings.push(...(await reattach(adapter, connection, action, stepStart(step))));
      return;
    case 'verify-seed':
      verifySeed(ports, action.path, progress.rows ?? bug('a seed was verified before it was read'));
      return;
    case 'load-seed':
      progress.rows = await loadSeed(context, action);
      return;
    case 'audit': {
      progress.auditing = true;
      const tests = await runAudit({ ...context, dialect: adapter.dialect, capabilities: adapter.capabilities }, action);
      progress.auditing = false;
      progress.tests = joinOutcomes(progress.tests, tests);
      if (tests.some((test) => test.verdict === 'fail')) throw new AuditRefused(progress.tests);
      return;
    }
    default:
      unreachable(action);
  }
}

async function performQuarantine(
  context: StepContext,
  step: RunningBuild,
  action: Extract<Action, { kind: 'quarantine' }>,
  progress: Progress,
): Promise<void> {
  progress.auditing = true;
  const { tests, rows, warnings } = await setAside(context, step, action);
  progress.auditing = false;
  progress.tests = joinOutcomes(progress.tests, tests);
  if (tests.some((test) => test.verdict === 'fail')) throw new AuditRefused(progress.tests);
  progress.warnings.push(...warnings);
  progress.quarantined = rows;
  if (progress.rows !== undefined) progress.rows -= rows;
}

/** A stage that will be published tells how many rows the relation has. */
async function performOperation(
  context: StepContext,
  step: RunningBuild,
  action: Extract<Action, { kind: 'operation' }>,
  progress: Progress,
): Promise<void> {
  const { ports, connection } = context;
  const { operation } = action;
  const situation = situationOf(context, step, progress);
  const rows = await placingIndexErrors(step, action, () => runOperation(ports.adapter, connection, operation, situation));
  if (operation.kind === 'run-sql') progress.standing = undefined;
  if (operation.kind !== 'stage-partitions' && (operation.kind !== 'stage-query' || operation.temporary)) return;
  progress.rows = rows;
  // The first of several batches says little of the table.
  if (rows === 0 && step.batch === undefined && step.assumes.kind === 'table' && (await hasRows(ports, connection, step.relation)))
    progress.warnings.push(diagnose('empty-table', { relation: `${step.relation.schema}.${step.relation.name}` }, stepStart(step)));
}

/** Asked of the table itself: what the last build wrote, an increment perhaps, says little. */
async function hasRows({ adapter }: ExecutionPorts, connection: Connection, relation: Relation): Promise<boolean> {
  const { rows } = await queryRows(connection, { sql: `select 1 from ${adapter.dialect.relation(relation)} limit 1` });
  return rows.length > 0;
}

/** Writes the record of the build with the verdicts of its tests and commits, in one round trip with the last operation of the step. */
async function recordAndCommit(
  context: StepContext,
  step: RunningBuild,
  progress: Progress,
  ending: { readonly startedAt: number; readonly joined: Extract<Action, { kind: 'operation' }> | undefined },
): Promise<void> {
  const { ports, connection, writer, plan } = context;
  const { startedAt, joined } = ending;
  const now = ports.clock.now();
  const record = writer.outcome({
    at: new Date(now).toISOString(),
    nodeRun: {
      runId: plan.run.id,
      node: step.node,
      attempt: context.attempt,
      status: 'success',
      reason: step.reason,
      relation: step.relation,
      relationKind: step.relationKind,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: now - startedAt,
      rows: progress.rows ?? null,
      quarantined: progress.quarantined ?? null,
      contentHash: step.contentHash,
      ...(step.memory === undefined ? {} : { memory: step.memory }),
      ordinal: step.assumes.ordinal + 1,
    },
    checks: checkRecords(context, step.node, progress.tests),
    failures: failureRecords(context, progress.tests),
    ...ledgerAfter(step, plan.run.id, progress.rows),
  });
  const pruned = writer.prune(grownTests(progress.tests));
  const situation = situationOf(context, step, progress);
  const before = joined === undefined ? [] : await renderOperation(ports.adapter, connection, joined.operation, situation);
  const hook = lastHook(step);
  const isLast = progress.kept.length === 0 && hook === undefined;
  await placingIndexErrors(step, joined, async () => {
    if (isLast) await commitWith(connection, ...before, record, ...pruned);
    else await runStatements(connection, ...before);
  });
  if (isLast) return;
  await putBackKept(context, step, progress);
  if (hook !== undefined) await requireStanding(context, step, hook);
  await commitWith(connection, record, ...pruned);
}

const stepStart = (step: BuildStep): Where => ({ node: step.node, span: { path: step.path, start: 0, end: 0 } });
