/** A model by interval of which no interval is over yet: its table is made all the same, so that others can read it. */
import type { CompiledModel, CompiledText } from '../compile/compiled.ts';
import { fillSlots } from '../compile/slots.ts';
import type { Action, BatchPlan } from './action.ts';
import type { BuildContext } from './build-context.ts';
import { orderFor } from './plan-batches.ts';

/** How its texts and actions are those of an interval without length, which holds no row. */
export interface EmptyBuild {
  readonly text: (text: CompiledText) => CompiledText;
  readonly work: (actions: readonly Action[]) => readonly Action[];
}

/** Undefined where there is something to load, or a table stands. */
export function planEmpty(
  { input }: Pick<BuildContext, 'input'>,
  model: CompiledModel,
  batches: BatchPlan | undefined,
  isIncrement: boolean,
): EmptyBuild | undefined {
  const { intervals } = model.config;
  if (batches?.count !== 0 || intervals === undefined) return undefined;
  // What was planned so stays so, though another run has made the table meanwhile.
  const isWanted = input.again === undefined ? !isIncrement && orderFor({ input }, model)?.only !== true : input.isOfNoBatch === true;
  if (!isWanted) return undefined;
  const { begin } = intervals;
  const bound = input.dialect.literal({ timestamp: new Date(begin).toISOString() });
  const range = { start: begin, end: begin };
  return {
    text: (text) => fillSlots(text, { 'interval.start': bound, 'interval.end': bound }, ['run.id', 'run.started_at']),
    work: (actions) =>
      actions.map((action) => (action.kind === 'require-interval' ? { ...action, outside: 'drop' as const, range } : action)),
  };
}
