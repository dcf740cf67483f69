/** Puts the tests of a node into the transaction that builds it. */
import type { CompiledTest } from '../compile/compiled.ts';
import { beforePublication } from './before-publication.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { auditIncrement } from './delta-audit.ts';
import type { Quarantine } from './find-quarantines.ts';
import type { Action } from './action.ts';
import type { BuildStep } from './plan.ts';
import { planQuarantine } from './plan-quarantine.ts';
import { nodeOf, planAudit } from './plan-tests.ts';

interface TestsOfBuild {
  readonly tests: readonly CompiledTest[];
  readonly quarantine: Quarantine | undefined;
}

/**
 * Tests stand between publication and commit: what they refuse was never there for anybody else. Where a publication keeps
 * readers waiting until the commit, or others see files before it, they stand before it as far as they can.
 */
export function completeBuild(
  context: BuildContext,
  part: BuildPart,
  { tests, quarantine }: TestsOfBuild,
  dependsOn: readonly string[],
): BuildStep {
  // Rows are divided as soon as they are staged; what has to look at the table itself comes where it always does.
  const divided = quarantine === undefined ? { work: part.work, later: tests } : planQuarantine(context, part, tests, quarantine);
  const { work: _work, closing, ...rest } = part;
  const whole = { ...part, work: divided.work };
  return { ...rest, dependsOn, blocks: [], transaction: [...auditedWork(context, whole, divided.later), ...closing] };
}

function auditedWork(context: BuildContext, part: BuildPart, tests: readonly CompiledTest[]): readonly Action[] {
  const { input, collector } = context;
  const node = nodeOf(input.graph, part.node);
  const ordinal = part.assumes.ordinal + 1;
  const replacesFiles = part.work.some(({ kind }) => kind === 'publish-files');
  const parted = input.capabilities.publishBlocksReaders || replacesFiles ? beforePublication(context, part, tests) : undefined;
  if (parted === undefined) {
    const audit = planAudit(input, node, tests, collector, { ordinal });
    return audit === undefined ? part.work : auditIncrement(part, audit, input.state);
  }
  const { before, early, late, stage, after } = parted;
  const first = planAudit(input, node, early, collector, { ordinal, relation: input.dialect.relation(stage) });
  const second = planAudit(input, node, late, collector, { ordinal });
  return [...before, ...listed(first), ...after, ...listed(second)];
}

const listed = (audit: Action | undefined): readonly Action[] => (audit === undefined ? [] : [audit]);
