/** Shares the cores between transactions: many small ones run best on one thread each, a lone one on all, unless it is short. */

export interface ThreadBalance {
  /** Called before a transaction begins; sets the engine's threads when that pays. */
  readonly enter: (isShort: boolean) => Promise<void>;
  readonly leave: () => void;
}

/** Begins in company before threads are taken away: a change costs as much as two small statements. */
const patience = 3;

/** `apply` sets the number of threads that the engine adds to the calling ones. */
export function createThreadBalance(cores: number, apply: (threads: number) => Promise<void>): ThreadBalance {
  let active = 0;
  let current = cores;
  let crowded = 0;
  return {
    enter: async (isShort) => {
      active += 1;
      crowded = active > 1 ? crowded + 1 : 0;
      const isShortAlone = isShort && active === 1;
      // A thread that has nothing to do looks for work all the time.
      const wanted = isShortAlone ? 1 : Math.max(1, cores - active + 1);
      const lower = wanted < current && (crowded >= patience || isShortAlone);
      const raise = wanted > current && active === 1;
      if (!lower && !raise) return;
      current = wanted;
      await apply(wanted);
    },
    leave: () => {
      active -= 1;
    },
  };
}
