import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedule } from './scheduler.ts';
import type { ScheduledStep, StepOutcome } from './scheduler.ts';

interface Trace {
  readonly started: string[];
  readonly finished: string[];
  /** Starts and ends in the order in which they happened. */
  readonly order: string[];
  readonly skipped: { readonly id: string; readonly cause: string | undefined }[];
  mostAtOnce: number;
  readonly workers: Set<number>;
}

const step = (id: string, dependsOn: readonly string[] = [], blocks: readonly string[] = []): ScheduledStep => ({ id, dependsOn, blocks });

async function run(
  steps: readonly ScheduledStep[],
  options: { workers?: number; failFast?: boolean; fail?: ReadonlySet<string>; abortAfter?: string } = {},
): Promise<Trace> {
  const trace: Trace = { started: [], finished: [], order: [], skipped: [], mostAtOnce: 0, workers: new Set() };
  const abort = new AbortController();
  let running = 0;
  await schedule(
    steps,
    {
      run: async (current, worker): Promise<StepOutcome> => {
        trace.started.push(current.id);
        trace.order.push(`start ${current.id}`);
        trace.workers.add(worker);
        running += 1;
        trace.mostAtOnce = Math.max(trace.mostAtOnce, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        trace.finished.push(current.id);
        trace.order.push(`end ${current.id}`);
        if (options.abortAfter === current.id) abort.abort();
        return options.fail?.has(current.id) === true ? 'failed' : 'done';
      },
      skip: (current, cause) => void trace.skipped.push({ id: current.id, cause: cause?.id }),
    },
    { workers: options.workers ?? 2, failFast: options.failFast ?? false, signal: abort.signal },
  );
  return trace;
}

describe('schedule', () => {
  it('starts a step only after everything it depends on has finished', async () => {
    const trace = await run([step('c', ['a', 'b']), step('a'), step('b', ['a'])], { workers: 4 });
    expect(trace.finished).toEqual(['a', 'b', 'c']);
  });

  it('runs no more steps at once than it has workers', async () => {
    const trace = await run(
      Array.from({ length: 20 }, (_, index) => step(`s${index}`)),
      { workers: 3 },
    );
    expect(trace.mostAtOnce).toBe(3);
    expect([...trace.workers].sort()).toEqual([0, 1, 2]);
  });

  it('skips every descendant of a failure and names the failure as the cause', async () => {
    const trace = await run([step('a'), step('b', ['a']), step('c', ['b']), step('other')], { fail: new Set(['a']) });
    expect(trace.skipped).toEqual([
      { id: 'b', cause: 'a' },
      { id: 'c', cause: 'a' },
    ]);
    expect(trace.started.sort()).toEqual(['a', 'other']);
  });

  it('starts a step that can keep others from starting before all that became ready earlier', async () => {
    const steps = [step('a'), step('b'), step('c'), step('below', ['a']), step('test', ['a', 'b'], ['below'])];
    const trace = await run(steps, { workers: 1, fail: new Set(['test']) });
    expect(trace.started).toEqual(['a', 'b', 'test', 'c']);
    expect(trace.skipped).toEqual([{ id: 'below', cause: 'test' }]);
  });

  it('keeps blocked steps and their descendants from starting after a failure', async () => {
    const trace = await run(
      [
        step('a'),
        step('test', ['a'], ['late']),
        step('slow', ['test']),
        step('late', ['a', 'gate']),
        step('gate', ['test']),
        step('x', ['late']),
      ],
      {
        fail: new Set(['test']),
        workers: 1,
      },
    );
    expect(trace.started).toEqual(['a', 'test']);
    expect(trace.skipped.map((entry) => entry.id).sort()).toEqual(['gate', 'late', 'slow', 'x']);
  });

  it('reaches descendants of blocked steps that are done already', async () => {
    const steps = [
      step('a'),
      step('done', ['a']),
      step('test', ['a', 'done'], ['done']),
      step('below', ['done', 'test2']),
      step('test2', ['test3']),
      step('test3', ['a', 'done']),
    ];
    const trace = await run(steps, { fail: new Set(['test']), workers: 1 });
    expect(trace.skipped.map((entry) => entry.id)).toContain('below');
    expect(trace.started).not.toContain('below');
  });

  it('starts nothing new after the first failure when it fails fast, and skips the rest without a cause', async () => {
    const trace = await run([step('a'), step('b'), step('c')], { fail: new Set(['a']), failFast: true, workers: 1 });
    expect(trace.started).toEqual(['a']);
    expect(trace.skipped).toEqual([
      { id: 'b', cause: undefined },
      { id: 'c', cause: undefined },
    ]);
  });

  it('stops when it is aborted, and lets running steps finish', async () => {
    const trace = await run([step('a'), step('b'), step('c')], { abortAfter: 'a', workers: 1 });
    expect(trace.finished).toEqual(['a']);
    expect(trace.skipped.map((entry) => entry.id)).toEqual(['b', 'c']);
  });

  it('resolves at once when there is nothing to do', async () => {
    expect((await run([])).started).toEqual([]);
  });

  it('rejects when a handler rejects, because that is a bug', async () => {
    const handlers = { run: () => Promise.reject(new Error('broken')), skip: () => undefined };
    await expect(schedule([step('a')], handlers, { workers: 1, failFast: false, signal: new AbortController().signal })).rejects.toThrow(
      'broken',
    );
  });

  it.each([
    ['a step throws before it waits for anything', 'b', 'at once'],
    ['a step rejects while others are at work', 'b', 'later'],
    ['what follows from the end of a step throws', 'none', 'skip'],
  ] as const)('when %s, stops the others, waits for them and rejects', async (_, broken, how) => {
    let atWork = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const started: string[] = [];
    const work = async (id: string): Promise<StepOutcome> => {
      atWork += 1;
      if (id === 'long') await released;
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      if (id === broken) throw new Error('broken');
      return id === 'b' ? 'failed' : 'done';
    };
    const handlers = {
      run: ({ id }: ScheduledStep): Promise<StepOutcome> => {
        started.push(id);
        if (id === broken && how === 'at once') throw new Error('broken');
        return work(id);
      },
      skip: (): void => {
        throw new Error('broken');
      },
    };
    const steps = [step('a'), step('long'), step('b', ['a']), step('c', ['b']), step('d', ['a'])];
    const options = { workers: 2, failFast: false, signal: new AbortController().signal, onStop: () => release() };
    await expect(schedule(steps, handlers, options)).rejects.toThrow('broken');
    expect([atWork, started]).toEqual([0, ['a', 'long', 'b']]);
  });

  it('on random graphs runs each step once after its parents, or skips it exactly when an ancestor failed', async () => {
    const graphs = fc.integer({ min: 1, max: 25 }).chain((size) =>
      fc.record({
        edges: fc.array(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })), { maxLength: 60 }),
        failing: fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 4 }),
        workers: fc.integer({ min: 1, max: 5 }),
        size: fc.constant(size),
      }),
    );
    await fc.assert(
      fc.asyncProperty(graphs, async ({ edges, failing, workers, size }) => {
        const parents = Array.from({ length: size }, () => new Set<number>());
        for (const [a, b] of edges) if (a !== b) parents[Math.max(a, b)]?.add(Math.min(a, b));
        const steps = parents.map((set, index) =>
          step(
            `s${index}`,
            [...set].map((parent) => `s${parent}`),
          ),
        );
        const fail = new Set(failing.map((index) => `s${index}`));
        const trace = await run(steps, { workers, fail });
        // Oracle: a step is doomed when a parent failed or is doomed; parents have smaller numbers.
        const doomed = new Set<string>();
        for (const { id, dependsOn } of steps) {
          if (dependsOn.some((parent) => doomed.has(parent) || (fail.has(parent) && !doomed.has(parent)))) doomed.add(id);
        }
        expect(new Set(trace.skipped.map((entry) => entry.id))).toEqual(doomed);
        expect(trace.started.length).toBe(size - doomed.size);
        expect(new Set(trace.started).size).toBe(trace.started.length);
        for (const { id, dependsOn } of steps) {
          if (doomed.has(id)) continue;
          for (const parent of dependsOn) expect(trace.order.indexOf(`end ${parent}`)).toBeLessThan(trace.order.indexOf(`start ${id}`));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes a chain of 20,000 steps without running out of stack', async () => {
    const steps = Array.from({ length: 20_000 }, (_, index) => step(`s${index}`, index === 0 ? [] : [`s${index - 1}`]));
    let count = 0;
    const handlers = {
      run: (): Promise<StepOutcome> => {
        count += 1;
        return Promise.resolve('done');
      },
      skip: () => undefined,
    };
    await schedule(steps, handlers, { workers: 4, failFast: false, signal: new AbortController().signal });
    expect(count).toBe(20_000);
  });
});
