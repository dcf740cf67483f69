/**
 * Runs steps in dependency order on a number of workers. It knows ids and edges only: not what a step does.
 * Kahn's algorithm on arrays; every transition of a step passes through one function.
 */
import { bug } from '../diagnostics/bug.ts';

export interface ScheduledStep {
  readonly id: string;
  readonly dependsOn: readonly string[];
  /** Further steps that must not start once this one failed. */
  readonly blocks: readonly string[];
}

/** What the work of a step came to; `failed` keeps its descendants from starting. */
export type StepOutcome = 'done' | 'failed';

export interface ScheduleHandlers<S extends ScheduledStep> {
  readonly run: (step: S, worker: number) => Promise<StepOutcome>;
  /** Told of each step that will never run: because of another step, or because everything stops. */
  readonly skip: (step: S, cause: S | undefined) => void;
}

export interface ScheduleOptions {
  readonly workers: number;
  /** Stop starting steps after the first failure. */
  readonly failFast: boolean;
  readonly signal: AbortSignal;
  /** Called once, when failFast or a handler that rejects stops the run. */
  readonly onStop?: () => void;
}

type State = 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'skipped';

interface Queue {
  readonly push: (position: number) => void;
  readonly shift: () => number | undefined;
}

/** First in, first out, without moving what waits. */
function createQueue(): Queue {
  const items: number[] = [];
  let head = 0;
  return {
    push: (position) => void items.push(position),
    shift: () => (head < items.length ? items[head++] : undefined),
  };
}

/**
 * Runs all steps; resolves when none is left running. A step starts when all steps it depends on are done;
 * ready steps start in the order given, those that can keep others from starting before all others. Rejects only if a handler rejects (a bug),
 * and then when no other one is left running: whoever waits may take away what they work with.
 */
export async function schedule<S extends ScheduledStep>(
  steps: readonly S[],
  handlers: ScheduleHandlers<S>,
  options: ScheduleOptions,
): Promise<void> {
  const index = new Map(steps.map((step, at) => [step.id, at]));
  const at = (id: string): number => index.get(id) ?? bug(`step ${id} is not in the plan`);
  const children: number[][] = steps.map(() => []);
  const missing = new Int32Array(steps.length);
  const state: State[] = steps.map(() => 'waiting');
  steps.forEach((step, child) => {
    for (const parent of step.dependsOn) {
      children[at(parent)]?.push(child);
      missing[child] = (missing[child] ?? 0) + 1;
    }
  });
  const stepAt = (position: number): S => steps[position] ?? bug('step index out of range');
  const urgent = createQueue();
  const ready = createQueue();
  let stopped = false;

  const enter = (position: number, next: State): void => {
    state[position] = next;
    if (next === 'ready') (stepAt(position).blocks.length > 0 ? urgent : ready).push(position);
  };
  steps.forEach((_, position) => {
    if (missing[position] === 0) enter(position, 'ready');
  });

  const skipFrom = (cause: number): void => {
    const queue = [...(children[cause] ?? []), ...stepAt(cause).blocks.map(at)];
    const seen = new Set<number>();
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      // A blocked step may run or be done already; what stands below it and does not yet run is skipped all the same.
      if (state[next] === 'waiting' || state[next] === 'ready') {
        enter(next, 'skipped');
        handlers.skip(stepAt(next), stepAt(cause));
      }
      for (const child of children[next] ?? []) queue.push(child);
    }
  };

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    options.onStop?.();
  };

  const finish = (position: number, outcome: StepOutcome): void => {
    enter(position, outcome);
    if (outcome === 'failed') {
      skipFrom(position);
      if (options.failFast) stop();
      return;
    }
    for (const child of children[position] ?? []) {
      missing[child] = (missing[child] ?? 0) - 1;
      if (missing[child] === 0 && state[child] === 'waiting') enter(child, 'ready');
    }
  };

  await new Promise<void>((resolve, reject) => {
    const idle = Array.from({ length: options.workers }, (_, worker) => options.workers - 1 - worker);
    let running = 0;
    let pumping = false;
    let broken: Error | undefined;
    const breakOff = (reason: unknown): void => {
      broken ??= reason instanceof Error ? reason : new Error(String(reason));
      stop();
    };
    const work = async (position: number, worker: number): Promise<void> => {
      try {
        finish(position, await handlers.run(stepAt(position), worker));
      } catch (reason) {
        breakOff(reason);
      }
      running -= 1;
      idle.push(worker);
      pump();
    };
    const pump = (): void => {
      if (pumping) return;
      pumping = true;
      while (idle.length > 0 && !stopped && !options.signal.aborted) {
        const position = urgent.shift() ?? ready.shift();
        if (position === undefined) break;
        if (state[position] !== 'ready') continue;
        const worker = idle.pop() ?? bug('no worker is idle');
        running += 1;
        enter(position, 'running');
        work(position, worker).catch(reject);
      }
      pumping = false;
      if (running > 0) return;
      if (broken === undefined) resolve();
      else reject(broken);
    };
    pump();
  });

  steps.forEach((step, position) => {
    if (state[position] === 'waiting' || state[position] === 'ready') {
      enter(position, 'skipped');
      handlers.skip(step, undefined);
    }
  });
}
