/** Plans one step of a running plan anew, because what the plan was made for stands no more. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { ExecutionPorts } from '../execute/execution.ts';
import { auditsIn } from '../plan/audits-in.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { indexStanding } from '../plan/index-standing.ts';
import { olderSeen } from '../plan/older-seen.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { Project } from '../project/project.ts';
import type { RecordedLedger } from '../state/state-reader.ts';
import type { LedgersSeen } from '../state/state-writer.ts';
import { Stop } from './exit.ts';
import { readStandingOn } from './open-database.ts';

/** The port of the executor for the plan that was made of `input`: the same planner, with the same run and flags. */
export function replanner(input: PlanInput, adapter: Adapter, project: Project): ExecutionPorts['replan'] {
  return async (step, connection, again) => {
    // What is to be published was compared with what stood before.
    if (input.copies?.has(step.node) === true) return { diagnostics: [diagnose('copy-target-moved', { node: step.name })] };
    const standing = await standingFor(adapter, connection, project, input);
    if ('diagnostics' in standing) return standing;
    // What another run has just built is built again: the plan said so, and others wait for it. The tests of the step are its own, whoever selected them; and a build plans seeds as well as models.
    const selected = new Set<NodeId>([step.node, ...testsIn(step)]);
    const isOfNoBatch = step.batches === undefined;
    const { value, diagnostics } = buildPlan({ ...input, ...standing, command: 'build', selected, reuse: false, again, isOfNoBatch });
    if (hasErrors(diagnostics)) return { diagnostics };
    const found = value.plan.steps.find((candidate) => candidate.id === step.id);
    if (found?.kind !== 'build') return bug(`${step.id} was planned anew and is gone`);
    const { dependsOn, blocks, before, after } = step;
    if (found.batches === undefined) return { step: { ...found, dependsOn, blocks, before, after }, texts: value.texts };
    const { seen: _later, ...batches } = found.batches;
    const ledger = indexStanding({ ...input, ...standing }).ledger(step.relation);
    const seen = seenUnderLock(step, ledger);
    const planned = { ...found, batches: { ...batches, ...(seen === undefined ? {} : { seen }) } };
    return { step: { ...planned, dependsOn, blocks, before, after }, texts: value.texts };
  };
}

/** What came into the ledgers of its parents since the first plan, that did not see; nor did who has added to its own ledger since. */
function seenUnderLock({ batches }: BuildStep, ledger: RecordedLedger | undefined): LedgersSeen | undefined {
  return ledger === undefined || ledger.ordinal === batches?.entry ? batches?.seen : olderSeen(batches?.seen, ledger.seen);
}

async function standingFor(
  adapter: Adapter,
  connection: Connection,
  project: Project,
  { graph }: PlanInput,
): Promise<Pick<PlanInput, 'catalog' | 'state'> | { readonly diagnostics: Stop['diagnostics'] }> {
  try {
    return await readStandingOn(adapter, connection, project, graph);
  } catch (cause) {
    if (cause instanceof Stop) return { diagnostics: cause.diagnostics };
    throw cause;
  }
}

function testsIn(step: BuildStep): readonly NodeId[] {
  return auditsIn(step.transaction).flatMap(({ checks, queries }) => [...checks, ...queries].map(({ id }) => id));
}
