/** `tx plan`: prints the plan that the executor would be given. */
import type { NodeId } from '../../compile/compiled.ts';
import { shownName } from '../../graph/shown-name.ts';
import { renderColumnEffects } from '../../report/column-effects-text.ts';
import type { ColumnEffectsOptions } from '../../report/column-effects-text.ts';
import { renderPlan } from '../../report/plan-text.ts';
import type { PlanTextOptions } from '../../report/plan-text.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { RunOptions } from '../options.ts';
import { findPlannedColumns } from '../plan-columns.ts';
import { planOnly } from '../run-command.ts';
import type { Screen } from '../screen.ts';
import type { Command } from '../../plan/plan.ts';

export interface PlanOptions extends RunOptions {
  readonly output: 'text' | 'json';
  readonly for: Command;
  readonly verbose?: boolean;
  readonly explain?: boolean;
}

export async function planCommand(host: Host, screen: Screen, options: PlanOptions): Promise<ExitCode> {
  const result = await planOnly(host, screen, { command: options.for, options });
  if (result === undefined) return exitCodes.ok;
  const { planned, loaded } = result;
  const columns = await findPlannedColumns(host, loaded, planned);
  if (planned.refused !== undefined) {
    // There is no plan, but why is seen best beside what changes.
    const text = renderColumnEffects(columns, howTo(screen, options, loaded)).replace(/^\n/, '');
    if (options.output === 'json') screen.data({ columns: columns.effects, refused: columns.refused }, 2);
    else if (text !== '') screen.result(text);
    throw planned.refused;
  }
  if (options.output === 'json') {
    screen.data({ ...planned.plan, columns: columns.effects, refused: columns.refused }, 2);
    return exitCodes.ok;
  }
  const how = howTo(screen, options, loaded);
  screen.result(renderPlan(planned.plan, how) + renderColumnEffects(columns, how));
  return exitCodes.ok;
}

/** How plans and columns are shown. */
function howTo(
  screen: Screen,
  { verbose = false, explain = false }: PlanOptions,
  { graph }: LoadedGraph,
): PlanTextOptions & ColumnEffectsOptions {
  const nameOf = (id: NodeId): string => {
    const node = graph.nodes.get(id);
    return node === undefined ? id : shownName(node);
  };
  return { verbose, explain, style: screen.resultStyle, nameOf };
}
