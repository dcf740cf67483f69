/** Collects what took time, and writes it as a Chrome trace: JSON that browsers and other viewers draw as a flame graph. */
import type { NodeResult, RunEvent } from '../execute/events.ts';
import type { Tracer } from '../project/tracer.ts';

/** One complete event. Times are in microseconds since the process started. */
interface TraceEvent {
  readonly name: string;
  readonly cat: 'stage' | 'node' | 'test' | 'statement';
  readonly ph: 'X';
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Numbers at one time. */
interface CountEvent extends Pick<TraceEvent, 'name' | 'pid' | 'ts'> {
  readonly ph: 'C';
  readonly args: Readonly<Record<string, number>>;
}

/** The rows of the drawing. Each worker has one, and beside it one for the tests of what it builds. */
const mainTrack = 0;
const workerTrack = (worker: number): number => 2 * worker + 1;
const testTrack = (worker: number): number => 2 * worker + 2;

/** Longer texts are of no use in a drawing. */
const longestText = 2_000;

export interface Trace extends Tracer {
  /** Takes the events of a run. */
  readonly handle: (event: RunEvent) => void;
  /** Measures one statement of a worker's connection. */
  readonly statement: <T>(worker: number, name: string, sql: string | undefined, work: () => Promise<T>) => Promise<T>;
  /** Notes numbers of things that were done. */
  readonly count: (name: string, numbers: Readonly<Record<string, number>>) => void;
  /** The file. `hide` takes what must not be shown out of texts before they are cut; mask the rest before it is written. */
  readonly render: (hide: (text: string) => string) => Iterable<string>;
}

/** A trace; `now` is in milliseconds since the process started, `command` names it. */
export function createTrace(now: () => number, command: string): Trace {
  const events: TraceEvent[] = [];
  const counts: CountEvent[] = [];
  const starts = new Map<string, number>();
  let workers = 0;
  const add = (event: Omit<TraceEvent, 'ph' | 'pid' | 'ts' | 'dur'>, start: number, end: number): void => {
    events.push({
      ...event,
      ph: 'X',
      pid: 1,
      ts: Math.round(start * 1000),
      dur: Math.max(0, Math.round(end * 1000) - Math.round(start * 1000)),
    });
  };
  const started = now();
  add({ name: 'start', cat: 'stage', tid: mainTrack, args: {} }, 0, started);
  const measure = <T>(work: () => T, done: (start: number, end: number) => void): T => {
    const start = now();
    let isOpen = false;
    try {
      const result = work();
      if (!(result instanceof Promise)) return result;
      isOpen = true;
      // The same promise with one more thing to do: its type stays.
      return result.finally(() => done(start, now())) as T;
    } finally {
      if (!isOpen) done(start, now());
    }
  };
  const finishNode = (result: NodeResult): void => {
    const end = now();
    const { id, name, status, worker, resourceType, reason, rows, failures, attempts } = result;
    workers = Math.max(workers, worker + 1);
    const ran = status !== 'skipped' && status !== 'cancelled';
    const isTest = resourceType === 'test';
    // A test of a step that builds has no start of its own: it has the time that its statement took.
    const start = starts.get(id) ?? end - (ran ? result.durationMs : 0);
    const args = { id, status, reason, materialization: result.materialization, rows, failures, attempts };
    add({ name, cat: isTest ? 'test' : 'node', tid: isTest ? testTrack(worker) : workerTrack(worker), args }, start, end);
  };
  return {
    stage: (name, work) => measure(work, (start, end) => add({ name, cat: 'stage', tid: mainTrack, args: {} }, start, end)),
    statement: (worker, name, sql, work) =>
      measure(work, (start, end) => {
        workers = Math.max(workers, worker + 1);
        add({ name, cat: 'statement', tid: workerTrack(worker), args: sql === undefined ? {} : { sql } }, start, end);
      }),
    count: (name, args) => counts.push({ name, ph: 'C', pid: 1, ts: Math.round(now() * 1000), args }),
    handle: (event) => {
      if (event.type === 'node-started') starts.set(event.id, now());
      else if (event.type === 'node-finished') finishNode(event.result);
    },
    *render(hide) {
      // Half a secret would not be found any more.
      const cut = (key: string, value: unknown): unknown => {
        if (key !== 'sql' || typeof value !== 'string' || value.length <= longestText) return value;
        const shown = hide(value);
        return shown.length <= longestText ? shown : `${shown.slice(0, longestText)}…`;
      };
      yield `{"displayTimeUnit":"ms","traceEvents":[\n`;
      const names: (readonly [number, string])[] = [[mainTrack, `tx ${command}`]];
      for (let worker = 0; worker < workers; worker += 1) {
        names.push([workerTrack(worker), `worker ${worker + 1}`], [testTrack(worker), `worker ${worker + 1}, tests`]);
      }
      yield names.map(([tid, name]) => JSON.stringify({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } })).join(',\n');
      // Outer events come first: viewers nest by order where times are equal.
      for (const event of events.sort((a, b) => a.ts - b.ts || b.dur - a.dur)) yield `,\n${JSON.stringify(event, cut)}`;
      for (const event of counts) yield `,\n${JSON.stringify(event)}`;
      yield '\n]}\n';
    },
  };
}
