/** Ctrl-C and its relatives: the first asks politely, the second ends the process at once. */
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';

export interface Cancellation {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came. */
  readonly exitCode: () => ExitCode;
  readonly dispose: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens until disposed. */
export function listenForCancel(): Cancellation {
  const controller = new AbortController();
  let code: ExitCode = exitCodes.interrupted;
  const onSignal = (name: NodeJS.Signals): void => {
    const received = name === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    if (controller.signal.aborted) {
      // `process.exit` would wait for a statement that does not let itself be interrupted; the signal itself waits for nothing.
      for (const signal of signals) process.off(signal, onSignal);
      process.kill(process.pid, name);
      return;
    }
    code = received;
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
