/** Ctrl-C and its relatives: the first asks politely, the second, or patience that ran out, ends the process at once. */
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';

export interface Cancellation {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came. */
  readonly exitCode: () => ExitCode;
  readonly dispose: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A statement that hears no interrupt must not keep the user waiting: what is not committed by then never was. */
const patienceMs = 1800;

/** Listens until disposed. */
export function listenForCancel(): Cancellation {
  const controller = new AbortController();
  let code: ExitCode = exitCodes.interrupted;
  let patience: NodeJS.Timeout | undefined;
  // `process.exit` would wait for a statement that does not let itself be interrupted; the signal itself waits for nothing.
  const end = (name: NodeJS.Signals): void => {
    for (const signal of signals) process.off(signal, onSignal);
    process.kill(process.pid, name);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    const received = name === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    if (controller.signal.aborted) {
      end(name);
      return;
    }
    code = received;
    patience = setTimeout(() => end(name), patienceMs);
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      clearTimeout(patience);
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
