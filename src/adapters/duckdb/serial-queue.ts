/** Runs asynchronous jobs one after another. */

/** Gives a function that starts each job when the one before it has ended, whatever its end. */
export function createSerialQueue(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job, job);
    last = result.catch(() => undefined);
    return result;
  };
}
