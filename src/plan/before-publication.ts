/** Divides the work of a step at its publication, so that tests can look at what is not published yet. */
import type { Relation } from '../adapter/relation.ts';
import type { CompiledTest } from '../compile/compiled.ts';
import type { Action } from './plan.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { stageRelation } from './build-context.ts';
import { namesRelation } from './plan-tests.ts';

interface Parted {
  readonly before: readonly Action[];
  /** The tests that look at the stage alone. */
  readonly early: readonly CompiledTest[];
  readonly stage: Relation;
  /** The publication and what follows it. */
  readonly after: readonly Action[];
}

/** Undefined where nothing that others read is published, or no test can come before. */
export function beforePublication(context: BuildContext, part: BuildPart, tests: readonly CompiledTest[]): Parted | undefined {
  const { input } = context;
  const early = tests.filter((test) => test.test.kind === 'generic' && !namesRelation(input, test, part.relation));
  if (early.length === 0 || part.assumes.kind === undefined) return undefined;
  for (const [at, action] of part.work.entries()) {
    if (action.kind !== 'operation') continue;
    const { operation } = action;
    const [before, after] = [part.work.slice(0, at), part.work.slice(at)];
    if (operation.kind === 'publish-stage') return { before, early, stage: operation.stage, after };
    if (operation.kind !== 'publish-view') continue;
    // A view has no stage of its own; one that only this connection sees stands for it.
    const stage = stageRelation(context, part.node, input.dialect.temporarySchema);
    const staging: Action = { kind: 'operation', operation: { kind: 'stage-view', stage, query: operation.query } };
    const drop: Action = { kind: 'operation', operation: { kind: 'drop', relation: stage, relationKind: 'view', temporary: true } };
    return { before: [...before, staging], early, stage, after: [drop, ...after] };
  }
  return undefined;
}
