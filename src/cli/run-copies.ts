/** Runs what takes its rows from another environment, as any other build runs. */
import type { Plan } from '../plan/plan.ts';
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import type { Prepared } from './make-plan.ts';
import { exitCodeOf, runPrepared } from './run-command.ts';
import { createRunReport } from './run-report.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';

/** `check` looks at the plan before anything of it is done, and may stop the command. */
export async function runCopies(
  host: Host,
  screen: Screen,
  request: RunRequest,
  prepared: Prepared,
  check: (plan: Plan) => void = () => undefined,
): Promise<ExitCode> {
  const cancellation = listenForCancel();
  try {
    const result = await runPrepared(host, screen, request, prepared, {
      cancellation,
      report: (planned) => {
        check(planned.plan);
        return createRunReport(host, screen, prepared.loaded, { request, planned });
      },
      recorded: () => undefined,
    });
    return result === undefined ? exitCodes.ok : exitCodeOf(result, cancellation);
  } finally {
    cancellation.dispose();
  }
}
