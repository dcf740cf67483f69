/** The port through which stages say what takes time. Absent where nobody asked: then nothing is measured. */

export interface Tracer {
  /** Measures what `work` does, up to its end, also when that fails. A promise ends when it is settled. */
  readonly stage: <T>(name: string, work: () => T) => T;
}

/** Does `work`, measured where there is a tracer. */
export function traced<T>(tracer: Tracer | undefined, name: string, work: () => T): T {
  return tracer === undefined ? work() : tracer.stage(name, work);
}
