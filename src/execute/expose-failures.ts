/** Shows failing rows that a run has kept: one view for each test that asks for it, over the state. */
import { hash } from 'node:crypto';
import type { Connection } from '../adapter/connection.ts';
import type { Relation } from '../adapter/relation.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PlannedCheck, PlannedQueryTest } from '../plan/action.ts';
import type { Plan } from '../plan/plan.ts';
import { failuresQuery, readKeptColumns, readNewestBuild } from '../state/failures-view.ts';
import { shapeHash } from '../state/shape-hash.ts';
import { latestOrdinals } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { NodeResult } from './events.ts';
import type { ExecutionPorts } from './execution.ts';
import { beginWith, commitWith, runOperation, runStatements } from './perform.ts';
import { StatementFailure } from './step-failure.ts';
import { auditsOf } from './test-results.ts';

interface Tools {
  readonly plan: Plan;
  readonly ports: ExecutionPorts;
  readonly connection: Connection;
  readonly writer: StateWriter;
  readonly lockTimeoutMs: number;
}

type Exposed = Pick<PlannedCheck | PlannedQueryTest, 'id' | 'name' | 'span'> & { readonly view: Relation };

/**
 * Once at the end of a run, for the tests that failed in it: rows are kept in the transactions of their steps, and a view must
 * not keep one of those waiting. Where it cannot be made, the rows stay in the state, and a warning says so.
 */
export async function exposeFailures(results: ReadonlyMap<string, NodeResult>, tools: Tools): Promise<readonly Diagnostic[]> {
  const warnings: Diagnostic[] = [];
  for (const test of findExposed(tools.plan, results)) {
    const problem = await expose(test, tools);
    if (problem === undefined) continue;
    const view = `${test.view.schema}.${test.view.name}`;
    warnings.push(diagnose('failures-not-shown', { test: test.name, view, reason: problem }, { node: test.id, span: test.span }));
  }
  return warnings;
}

function findExposed({ steps }: Plan, results: ReadonlyMap<string, NodeResult>): readonly Exposed[] {
  const tests = new Map<string, Exposed>();
  for (const step of steps) {
    if (step.kind !== 'build' && step.kind !== 'test') continue;
    for (const { checks, queries } of auditsOf(step))
      for (const { id, name, span, keepsIn: view } of [...checks, ...queries]) {
        const status = results.get(id)?.status;
        if (view !== undefined && (status === 'fail' || status === 'warn')) tests.set(id, { id, name, span, view });
      }
  }
  return [...tests.values()];
}

/** Why there is no view, if there is none. */
async function expose(test: Exposed, tools: Tools): Promise<string | undefined> {
  const { connection } = tools;
  try {
    const problem = await makeView(test, tools);
    if (problem !== undefined) await connection.rollback();
    return problem;
  } catch (cause) {
    // The results are on their way to the user: what cannot be shown must not hide them.
    if (!(cause instanceof StatementFailure) && !(cause instanceof EngineError)) throw cause;
    await connection.rollback();
    return cause.details.redacted;
  }
}

async function makeView({ id, view }: Exposed, { plan, ports, connection, writer, lockTimeoutMs }: Tools): Promise<string | undefined> {
  const { adapter, clock } = ports;
  const { dialect, catalog, capabilities } = adapter;
  const place = { schema: plan.stateSchema, dialect };
  const startedAt = clock.now();
  const reads = [latestOrdinals(plan.stateSchema, view, dialect)];
  const isShared = capabilities.runLock === 'relation';
  const [latest] = await beginWith(connection, isShared ? { label: 'tx', locks: [view], lockTimeoutMs, reads } : { reads });
  const ordinal = Number(latest?.rows[0]?.[0] ?? 0) + 1;
  const lists = await readKeptColumns(connection, id, place);
  const subject = buildSubject(view, dialect);
  const standing = (await catalog.relations(connection, [view.schema])).find(({ relation }) => buildSubject(relation, dialect) === subject);
  const build = await readNewestBuild(connection, view, place);
  const isOurs = build !== undefined && !build.isForgotten && build.node === id && standing?.kind === 'view';
  if (standing !== undefined && !isOurs) return 'something else stands there';
  const query = failuresQuery(id, lists, standing?.columns ?? [], place);
  const contentHash = hash('sha256', query, 'hex').slice(0, 16);
  if (lists.length === 0 || (standing !== undefined && build?.contentHash === contentHash)) {
    await connection.rollback();
    return undefined;
  }
  await runOperation(adapter, connection, { kind: 'create-schema', schema: view.schema });
  await runStatements(connection, { sql: `create or replace view ${dialect.relation(view)} as ${query}` });
  const columns = shapeHash(await catalog.columns(connection, view, false));
  const at = new Date(clock.now()).toISOString();
  const nodeRun = {
    runId: plan.run.id,
    node: id,
    attempt: 1,
    status: 'success',
    reason: 'failures',
    relation: view,
    relationKind: 'view',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: clock.now() - startedAt,
    rows: null,
    contentHash,
    ordinal,
  } as const;
  await commitWith(connection, writer.outcome({ at, nodeRun }), writer.notes(at, { shapes: [{ relation: view, ordinal, columns }] }));
  return undefined;
}
