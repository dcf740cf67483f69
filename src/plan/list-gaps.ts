/** Lists the gaps of models that are loaded interval by interval, without planning anything. */
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import type { RangeSet } from '../intervals/range-set.ts';
import { indexStanding } from './index-standing.ts';
import { planBatches } from './plan-batches.ts';
import type { PlanInput } from './plan-input.ts';

export interface Gaps {
  readonly node: NodeId;
  readonly name: string;
  readonly gaps: RangeSet;
}

/** Of each model that has some. */
export function listGaps(
  models: readonly CompiledModel[],
  input: Pick<PlanInput, 'dialect' | 'catalog' | 'state' | 'run'>,
): readonly Gaps[] {
  const standing = indexStanding(input);
  return models.flatMap((model) => {
    const goesOn = standing.existing(model.relation)?.kind === 'table';
    const batches = planBatches({ input, standing, report: () => undefined }, model, goesOn);
    return batches === undefined || batches.gaps.length === 0 ? [] : [{ node: model.id, name: model.name, gaps: batches.gaps }];
  });
}
