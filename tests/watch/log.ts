/** Runs the built program with `--watch` beside a test, and reads the JSON lines of its log. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { REPOSITORY, plainEnvironment } from '../support/tx.ts';

export interface LogEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface WatchedLog {
  /** Every event since the last call of `next` ended. */
  readonly events: () => readonly LogEvent[];
  /** Waits for one of these events, after those that were waited for; fails with what came instead. */
  readonly next: (event: string | readonly string[], holds?: (entry: LogEvent) => boolean) => Promise<LogEvent>;
  /** Waits until that event has come at any time, and forgets all that came. */
  readonly ever: (event: string) => Promise<void>;
  /** Lets time pass, and gives the events of it. */
  readonly quiet: (ms: number) => Promise<readonly LogEvent[]>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number>;
  readonly stdout: () => string;
  /** All events from the first. */
  readonly all: () => readonly LogEvent[];
}

export interface WatchedText extends Pick<WatchedLog, 'kill' | 'ended'> {
  readonly stderr: () => string;
}

const open = new Set<ChildProcessWithoutNullStreams>();

afterEach(() => {
  for (const child of open) child.kill('SIGKILL');
  open.clear();
});

const PATIENCE_MS = 20_000;

function startProgram(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<number> } {
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), ...args], { cwd, env: plainEnvironment(env) });
  open.add(child);
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code, signal) => {
      open.delete(child);
      resolve(code ?? (signal === null ? 255 : 128));
    });
  });
  return { child, ended };
}

/** Starts `tx` with a log in words; it is ended after the test. */
export function startText(cwd: string, args: readonly string[]): WatchedText {
  const { child, ended } = startProgram(cwd, args, {});
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { kill: (signal) => child.kill(signal), ended, stderr: () => stderr };
}

/** Starts `tx` with a log in JSON; it is ended after the test. */
export function startLog(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): WatchedLog {
  const { child, ended } = startProgram(cwd, [...args, '--log-format', 'json'], env);
  const all: LogEvent[] = [];
  let seen = 0;
  let rest = '';
  let stdout = '';
  let wake = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    // Each line is one event.
    for (const line of lines) all.push(JSON.parse(line) as LogEvent);
    wake();
  });
  const next: WatchedLog['next'] = (event, holds = () => true) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        wake = () => undefined;
        reject(
          new Error(
            `no ${String(event)} came, but:\n${all
              .slice(seen)
              .map((entry) => JSON.stringify(entry))
              .join('\n')}\n${rest}`,
          ),
        );
      }, PATIENCE_MS);
      const wanted = typeof event === 'string' ? [event] : event;
      wake = () => {
        const at = all.findIndex((entry, index) => index >= seen && wanted.includes(entry.event) && holds(entry));
        const found = all[at];
        if (found === undefined) return;
        clearTimeout(timer);
        wake = () => undefined;
        seen = at + 1;
        resolve(found);
      };
      wake();
    });
  const ever: WatchedLog['ever'] = async (event) => {
    if (!all.some((entry) => entry.event === event)) await next(event);
    seen = all.length;
  };
  return {
    ever,
    events: () => all.slice(seen),
    next,
    quiet: async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return all.slice(seen);
    },
    kill: (signal) => child.kill(signal),
    ended,
    stdout: () => stdout,
    all: () => all,
  };
}
