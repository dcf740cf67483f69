/**
 * Ctrl-C and its relatives while a database is open: the first asks politely, the second, or patience that ran out, ends the
 * process at once. JavaScript that is busy hears nothing, so nobody listens while a project is compiled or a file is read:
 * then the system ends the process, which has nothing to roll back.
 */
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';

export interface Cancellation {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came. */
  readonly exitCode: () => ExitCode;
  /** Carries out work that does not come up for air; a signal ends the process meanwhile. Not while a transaction is open. */
  readonly whileBusy: <T>(work: () => T) => T;
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
    ignore();
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
  const listen = (): void => {
    for (const name of signals) process.on(name, onSignal);
  };
  const ignore = (): void => {
    for (const name of signals) process.off(name, onSignal);
  };
  listen();
  return {
    signal: controller.signal,
    exitCode: () => code,
    whileBusy: (work) => {
      ignore();
      try {
        return work();
      } finally {
        listen();
      }
    },
    dispose: () => {
      clearTimeout(patience);
      ignore();
    },
  };
}
