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
}

export async function planCommand(host: Host, screen: Screen, options: PlanOptions): Promise<ExitCode> {
  const result = await planOnly(host, screen, { command: options.for, options });
  if (result === undefined) return exitCodes.ok;
  const { plan } = result.planned;
  screen.result(
    options.output === 'json'
      ? JSON.stringify(plan, undefined, 2)
      : renderPlan(plan, { verbose: options.verbose === true, style: screen.resultStyle }),
  );
  return exitCodes.ok;
}
