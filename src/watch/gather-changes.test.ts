import { describe, expect, it } from 'vitest';
import { gatherChanges } from './gather-changes.ts';
import type { Gatherer } from './gather-changes.ts';

const limits = { quietMs: 25, unsettledMs: 120, mostMs: 2000 };

/** Time that passes when the test says so. */
function createClock(): {
  readonly now: () => number;
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly pass: (ms: number) => void;
} {
  let now = 0;
  let waiting: { readonly at: number; readonly callback: () => void } | undefined;
  return {
    now: () => now,
    after: (ms, callback) => {
      const own = { at: now + ms, callback };
      waiting = own;
      return () => {
        if (waiting === own) waiting = undefined;
      };
    },
    pass: (ms) => {
      const end = now + ms;
      while (waiting !== undefined && waiting.at <= end) {
        const { at, callback } = waiting;
        waiting = undefined;
        now = at;
        callback();
      }
      now = end;
    },
  };
}

function start(isSettled = (_path: string): boolean => true): {
  readonly clock: ReturnType<typeof createClock>;
  readonly told: (readonly string[])[];
  readonly gatherer: Gatherer;
} {
  const clock = createClock();
  const told: (readonly string[])[] = [];
  return { clock, told, gatherer: gatherChanges((paths) => told.push(paths), isSettled, clock, limits) };
}

describe('gathering changes', () => {
  it('tells of one change after a short silence, and of the next one anew', () => {
    const { clock, told, gatherer } = start();
    gatherer.add('b.sql');
    gatherer.add('a.sql');
    clock.pass(24);
    expect(told).toEqual([]);
    clock.pass(1);
    expect(told).toEqual([['a.sql', 'b.sql']]);
    gatherer.add('c.sql');
    clock.pass(25);
    expect(told).toEqual([['a.sql', 'b.sql'], ['c.sql']]);
  });

  it('takes a burst for one change', () => {
    const { clock, told, gatherer } = start();
    for (let file = 0; file < 60; file += 1) {
      gatherer.add(`${file}.sql`);
      clock.pass(20);
    }
    expect(told).toEqual([]);
    clock.pass(25);
    expect(told.map((paths) => paths.length)).toEqual([60]);
  });

  it('waits longer while a file is empty or gone, and tells of it in the end', () => {
    let settled = false;
    const { clock, told, gatherer } = start(() => settled);
    gatherer.add('a.sql');
    clock.pass(60);
    expect(told).toEqual([]);
    settled = true;
    gatherer.add('a.sql');
    clock.pass(25);
    expect(told).toEqual([['a.sql']]);
    settled = false;
    gatherer.add('a.sql');
    clock.pass(120);
    expect(told).toEqual([['a.sql'], ['a.sql']]);
  });

  it('does not wait for ever where somebody writes all the time', () => {
    const { clock, told, gatherer } = start();
    for (let turn = 0; turn < 250; turn += 1) {
      gatherer.add('log.csv');
      clock.pass(10);
    }
    expect(told.length).toBe(1);
  });

  it('tells nothing once it is stopped', () => {
    const { clock, told, gatherer } = start();
    gatherer.add('a.sql');
    gatherer.stop();
    clock.pass(5000);
    expect(told).toEqual([]);
  });
});
