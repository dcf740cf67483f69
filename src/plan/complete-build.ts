/** Puts the tests of a node into the transaction that builds it. */
import type { CompiledTest } from '../compile/compiled.ts';
import { beforePublication } from './before-publication.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { auditIncrement } from './delta-audit.ts';
import type { Quarantine } from './find-quarantines.ts';
import type { Action, BuildStep } from './plan.ts';
import { planQuarantine } from './plan-quarantine.ts';
import { nodeOf, planAudit } from './plan-tests.ts';

interface TestsOfBuild {
  readonly tests: readonly CompiledTest[];
  readonly quarantine: Quarantine | undefined;
}

/**
 * Tests stand between publication and commit: what they refuse was never there for anybody else. Where a publication keeps
 * readers waiting until the commit, they stand before it as far as they can.
 */
export function completeBuild(
  context: BuildContext,
  part: BuildPart,
  { tests, quarantine }: TestsOfBuild,
  dependsOn: readonly string[],
): BuildStep {
  if (quarantine !== undefined) return withQuarantine(context, part, tests, quarantine, dependsOn);

  const { work, closing, ...rest } = part;
  const { input, collector } = context;
  const node = nodeOf(input.graph, part.node);
  const ordinal = part.assumes.ordinal + 1;
  const parted = input.capabilities.publishBlocksReaders ? beforePublication(context, part, tests) : undefined;
  if (parted === undefined) {
    const audit = planAudit(input, node, tests, collector, { ordinal });
    const audited = audit === undefined ? work : auditIncrement(part, audit, input.state);
    return { ...rest, dependsOn, blocks: [], transaction: [...audited, ...closing] };
  }
  const { before, early, stage, after } = parted;
  const first = planAudit(input, node, early, collector, { ordinal, relation: input.dialect.relation(stage) });
  const others = tests.filter((test) => !early.includes(test));
  const late = planAudit(input, node, others, collector, { ordinal });
  return { ...rest, dependsOn, blocks: [], transaction: [...before, ...listed(first), ...after, ...listed(late), ...closing] };
}

const listed = (audit: Action | undefined): readonly Action[] => (audit === undefined ? [] : [audit]);

/** The rows are divided as soon as they are staged; what has to look at the table itself comes where it always does. */
function withQuarantine(
  context: BuildContext,
  part: BuildPart,
  tests: readonly CompiledTest[],
  quarantine: Quarantine,
  dependsOn: readonly string[],
): BuildStep {
  const { closing, work: _work, ...rest } = part;
  const { work, later } = planQuarantine(context, part, tests, quarantine);
  const node = nodeOf(context.input.graph, part.node);
  const audit = planAudit(context.input, node, later, context.collector, { ordinal: part.assumes.ordinal + 1 });
  const audited = audit === undefined ? work : auditIncrement({ ...part, work }, audit, context.input.state);
  return { ...rest, dependsOn, blocks: [], transaction: [...audited, ...closing] };
}
