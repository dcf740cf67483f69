/** Begins the transaction of a build: takes the lock of its relation, and looks whether the plan still fits what stands. */
import type { Connection, StandingRelation } from '../adapter/connection.ts';
import type { Column } from '../adapter/relation.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { TextIndex } from '../plan/texts.ts';
import { latestOrdinals } from '../state/state-reader.ts';
import type { StepContext } from './attempt.ts';
import { batchAgain } from './batch-step.ts';
import type { RunningBuild } from './batch-step.ts';
import { beginWith } from './perform.ts';
import { StepFailure } from './step-failure.ts';

/** A transaction that is open, and the step to carry out in it: that of the plan, or one that was planned anew. */
export interface BegunBuild {
  readonly step: RunningBuild;
  readonly texts: TextIndex;
  /** What stood when the transaction began, where the engine tells. */
  readonly standing: StandingRelation | undefined;
  /** The batch was loaded by another run: nothing is left to do. */
  readonly isLoaded?: boolean;
}

/** Rejects with a StepFailure when the step cannot be planned for what stands now. */
export async function beginBuild(context: StepContext, step: RunningBuild): Promise<BegunBuild> {
  const { ports, connection, plan, texts, lockTimeoutMs } = context;
  const { capabilities, catalog, dialect } = ports.adapter;
  const query = catalog.standing;
  if (capabilities.runLock === 'database' || query === undefined) {
    // Nobody else was here since the plan was made.
    await connection.begin({ isShort: step.batch?.isShort === true });
    return { step, texts, standing: undefined };
  }
  const [stands, latest] = await beginWith(connection, {
    label: `tx:${step.node}`,
    locks: [step.relation],
    lockTimeoutMs,
    onWait: (wait) => ports.emit({ type: 'node-waiting', id: step.node, name: step.name, ...wait }),
    reads: [query.statement(step.relation, step.assumes.kind !== undefined), latestOrdinals(plan.stateSchema, step.relation, dialect)],
  });
  const standing = stands === undefined ? undefined : query.read(step.relation, stands);
  const [built, entry] = latest?.rows[0] ?? [];
  const moved = whatMoved(step, standing, { built: Number(built ?? 0), entry: Number(entry ?? 0) });
  if (moved === undefined) return { step, texts, standing };
  return { ...(await planAgain(context, step, moved, connection)), standing };
}

/** What the plan took for granted and is not so, in words. */
function whatMoved(
  { assumes, relation, batches }: BuildStep,
  standing: StandingRelation | undefined,
  { built, entry }: { readonly built: number; readonly entry: number },
): string | undefined {
  const name = `${relation.schema}.${relation.name}`;
  if (batches !== undefined && assumes.ordinal === built && batches.entry !== entry) return `another run has opened intervals of ${name}`;
  if (assumes.ordinal !== built) return `another run has built ${name}`;
  if (assumes.kind !== standing?.kind) return standing === undefined ? `${name} is gone` : `${name} is a ${standing.kind} now`;
  return sameColumns(assumes.columns, standing?.columns ?? []) ? undefined : `the columns of ${name} have changed`;
}

function sameColumns(planned: readonly Column[], found: readonly Column[]): boolean {
  return planned.length === found.length && planned.every(({ name, type }, at) => name === found[at]?.name && type === found[at].type);
}

async function planAgain(
  { ports }: StepContext,
  step: RunningBuild,
  moved: string,
  connection: Connection,
): Promise<Pick<BegunBuild, 'step' | 'texts' | 'isLoaded'>> {
  const { batch } = step;
  const found = await ports.replan(step, connection, batch?.goesOn === true ? 'go-on' : 'from-start');
  if ('diagnostics' in found) throw new StepFailure(found.diagnostics);
  if (batch !== undefined) return batchAgain(found, batch);
  const { node: id, name } = step;
  ports.emit({ type: 'node-replanned', id, name, because: moved, reason: found.step.reason });
  return found;
}
