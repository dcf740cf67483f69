/** Turns flags into what they stand for. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Interval } from '../plan/plan-input.ts';
import { exitCodes, Stop } from './exit.ts';
import type { DatabaseOptions, RunOptions } from './options.ts';

/** The interval of the flags; half of one is a usage error. */
export function readInterval(options: Pick<RunOptions, 'eventTimeStart' | 'eventTimeEnd'>): Interval | undefined {
  const { eventTimeStart: start, eventTimeEnd: end } = options;
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined) {
    throw new Stop(exitCodes.usage, [
      diagnose('interval-incomplete', { missing: start === undefined ? '--event-time-start' : '--event-time-end' }),
    ]);
  }
  if (start >= end) throw new Stop(exitCodes.usage, [diagnose('interval-empty', { start, end })]);
  return { start, end };
}

/** Seconds to wait for a lock. */
export function waitSeconds(options: DatabaseOptions): number {
  return options.wait === true ? 3600 : (options.wait ?? 0);
}

const defaultLockTimeoutSeconds = 300;

/** How long a step waits for what another session has locked. */
export function lockTimeoutMs({ lockTimeout = defaultLockTimeoutSeconds }: Pick<RunOptions, 'lockTimeout'>): number {
  return lockTimeout * 1000;
}
