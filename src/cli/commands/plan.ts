/** `tx plan`: prints the plan that the executor would be given. */
import type { NodeId } from '../../compile/compiled.ts';
import { shownName } from '../../graph/shown-name.ts';
import { renderColumnEffects } from '../../report/column-effects-text.ts';
import { renderPlan } from '../../report/plan-text.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
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
  if (options.output === 'json') {
    screen.data({ ...planned.plan, columns: columns.effects, refused: columns.refused }, 2);
    return exitCodes.ok;
  }
  const how = { verbose: options.verbose === true, explain: options.explain === true, style: screen.resultStyle };
  const nameOf = (id: NodeId): string => {
    const node = loaded.graph.nodes.get(id);
    return node === undefined ? id : shownName(node);
  };
  screen.result(renderPlan(planned.plan, how) + renderColumnEffects(columns, { ...how, nameOf }));
  return exitCodes.ok;
}
