import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateRow } from './fault-session.ts';
import type { Call, KillPoint, Side } from './fault-session.ts';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { openLaboratory } from './laboratory.ts';
import type { Laboratory, Trial } from './laboratory.ts';
import { operations } from './operations.ts';
import type { KillOperation } from './operations.ts';
import { dice, everything, seed, tell } from './size.ts';
import { openFileYard, openServerYard } from './yard.ts';
import type { Yard } from './yard.ts';

const sides: readonly Side[] = ['before', 'during', 'after'];

/** Every side of every call, or what matters most: behind the state row, behind the commit, and one at random. */
function choosePoints(calls: readonly Call[], random: () => number): readonly KillPoint[] {
  const all = calls.flatMap((_, index) => sides.map((side) => ({ at: index + 1, side })));
  if (everything) return all;
  const recorded = calls.findLastIndex((call) => stateRow.test(call.sql)) + 1;
  const committed = calls.findLastIndex((call) => call.kind === 'commit') + 1;
  const chosen: KillPoint[] = [
    { at: recorded, side: 'after' },
    { at: committed, side: 'after' },
  ];
  const extra = all[Math.floor(random() * all.length)];
  if (extra !== undefined) chosen.push(extra);
  return chosen;
}

/** What is killed in the short form on every engine; on the embedded one, others of a different choice each time come along. */
const always: ReadonlySet<string> = new Set(['incremental merge', 'snapshot', 'next interval']);
const others = 1;

function chooseOperations(engine: string): readonly KillOperation[] {
  const known = operations.filter(({ only }) => only === undefined || only === engine);
  if (everything) return known;
  const chosen = known.filter(({ name }) => always.has(name));
  if (engine !== 'duckdb') return chosen;
  const random = dice('operations');
  const rest = known.filter(({ name }) => !always.has(name)).map((operation) => [random(), operation] as const);
  return [
    ...chosen,
    ...rest
      .toSorted(([a], [b]) => a - b)
      .slice(0, others)
      .map(([, operation]) => operation),
  ];
}

/** Of the whole, on each engine. */
const leastKills = 1500;

function judgeKills(engine: string, open: (root: string) => Promise<Yard>): void {
  const chosen = chooseOperations(engine);
  let laboratory: Laboratory;
  const sum = { kills: 0, old: 0, published: 0, violations: 0 };
  const started = performance.now();

  beforeAll(async () => {
    laboratory = await openLaboratory(open);
  });
  afterAll(async () => {
    await laboratory.close();
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    tell(
      `kill points on ${engine}: ${chosen.length} operations, ${sum.kills} kills (${sum.old} left the old version, ${sum.published} a new one), ` +
        `${sum.violations} violations, seed ${seed}, ${seconds} s`,
    );
  }, 120_000);

  it.concurrent.each(chosen)(
    'leaves old or new, and the next run converges: $name',
    async (operation) => {
      const bench = await laboratory.prepare(operation);
      const points = choosePoints(bench.calls, dice(`${engine} ${operation.name}`));
      const trials = await Promise.all(
        points.map(async (point): Promise<readonly [KillPoint, Trial]> => [point, await bench.killAt(point)]),
      );
      const bad = trials.flatMap(([{ at, side }, { violations }]) =>
        violations.map((violation) => `${side} call ${at} (${bench.calls[at - 1]?.kind} ${bench.calls[at - 1]?.sql}): ${violation.text}`),
      );
      const fresh = trials.map(([, trial]) => trial.published);
      const published = fresh.filter((count) => count > 0).length;
      sum.kills += trials.length;
      sum.published += published;
      sum.old += trials.length - published;
      sum.violations += bad.length;
      if (everything)
        tell(
          `${engine}, ${operation.name}: ${bench.calls.length} calls, ${trials.length} kills, ${published} after publication, ${bad.length} violations`,
        );
      expect(bad).toEqual([]);
      // Kills on one side of the commit alone would prove little.
      expect(Math.max(...fresh) > Math.min(...fresh)).toBe(operation.changesNothing !== true);
    },
    1_800_000,
  );

  it.runIf(everything)(`kills at no fewer than ${leastKills} points${everything ? '' : ' (with `npm run test:kill`)'}`, () => {
    expect(sum.kills).toBeGreaterThanOrEqual(leastKills);
    expect(sum.violations).toBe(0);
  });
}

describe('a build killed at a statement, on DuckDB', () => {
  judgeKills('duckdb', openFileYard);
});

describe('a build killed at a statement, on PostgreSQL', () => {
  const database = useTestDatabase();
  judgeKills('postgres', () => Promise.resolve(openServerYard(database.url())));
});
