/** Caps the queries in flight below the size of libuv's pool, so that file access never waits behind them. */

interface Slots {
  readonly acquire: () => Promise<void> | undefined;
  readonly release: () => void;
}

/** A counting semaphore, first come first served; `acquire` gives undefined when there is no need to wait. */
export function createSlots(count: number): Slots {
  let free = Math.max(1, count);
  const waiting: (() => void)[] = [];
  return {
    acquire: () => {
      if (free > 0) {
        free -= 1;
        return undefined;
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    release: () => {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

/** libuv's default, when nobody set the variable before the pool started. */
const defaultPool = 4;

/** One cap for the whole process, as there is one pool; two threads stay free for files. */
export const querySlots = createSlots((Number(process.env['UV_THREADPOOL_SIZE']) || defaultPool) - 2);
