/** Starts the built program without waiting for its end, so that it can be sent signals. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { plainEnvironment, REPOSITORY } from '../support/tx.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface LiveTx {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when stdout and stderr together hold this text; rejects when the program ends without it. */
  readonly says: (text: string) => Promise<void>;
  readonly end: Promise<Ending>;
}

const running = new Set<() => void>();

afterEach(() => {
  for (const stop of running) stop();
  running.clear();
});

/** The program must have been built (see `runTx`). It does not survive the test. */
export function startTx(args: readonly string[], cwd: string): LiveTx {
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: plainEnvironment(),
  });
  const stop = (): void => void child.kill('SIGKILL');
  running.add(stop);
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (text: string): void => {
    output += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const end = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(stop);
      resolve({ code, signal, output });
    });
  });
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes(text)) resolve();
        };
        listeners.add(look);
        look();
        void end.then(() => reject(new Error(`the program ended without "${text}":\n${output}`)));
      }),
    end,
  };
}
