/** Gathers changes of files until there is silence, so that what an editor or a version control does at once is one change. */

/** Time, as gathering sees it. */
export interface Timers {
  readonly now: () => number;
  /** Calls back once, unless the function that it gives is called before. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

export interface GatherLimits {
  /** So long nothing may happen before a change is told. */
  readonly quietMs: number;
  /** The same where a file is empty or gone: most editors are about to write it. */
  readonly unsettledMs: number;
  /** Who writes all the time is told of after so long. */
  readonly mostMs: number;
}

export const usualLimits: GatherLimits = { quietMs: 25, unsettledMs: 120, mostMs: 2000 };

export interface Gatherer {
  readonly add: (path: string) => void;
  readonly stop: () => void;
}

/** `isSettled` tells whether a file that changed is there and has something in it. */
export function gatherChanges(
  deliver: (paths: readonly string[]) => void,
  isSettled: (path: string) => boolean,
  timers: Timers,
  limits = usualLimits,
): Gatherer {
  const paths = new Set<string>();
  let since = 0;
  let stop: (() => void) | undefined;
  const wait = (ms: number): void => {
    stop?.();
    const left = since + limits.mostMs - timers.now();
    stop = timers.after(Math.max(0, Math.min(ms, left)), end);
  };
  let isPatient = false;
  const end = (): void => {
    if (!isPatient && ![...paths].every(isSettled)) {
      isPatient = true;
      wait(limits.unsettledMs - limits.quietMs);
      return;
    }
    const all = [...paths].toSorted();
    stop = undefined;
    paths.clear();
    deliver(all);
  };
  return {
    add: (path) => {
      if (paths.size === 0) since = timers.now();
      paths.add(path);
      isPatient = false;
      wait(limits.quietMs);
    },
    stop: () => {
      stop?.();
      paths.clear();
    },
  };
}
