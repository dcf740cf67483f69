/** `tx plan`: prints the plan that the executor would be given. */
import { renderPlan } from '../../report/plan-text.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { RunOptions } from '../options.ts';
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
  const { plan } = result.planned;
  if (options.output === 'json') screen.data(plan, 2);
  else screen.result(renderPlan(plan, { verbose: options.verbose === true, explain: options.explain === true, style: screen.resultStyle }));
  return exitCodes.ok;
}
