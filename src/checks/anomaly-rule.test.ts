/** The rule for anomalies, on numbers worked out by hand and by simulation. */
import { describe, expect, it } from 'vitest';
import type { AnomalySettings, Point } from './anomaly-rule.ts';
import { backtest, bucketStart, defaultSettings, isAnomaly, lastOfBuckets, median, ordinaryRange } from './anomaly-rule.ts';

const day = 86_400_000;
const days = (values: readonly number[], first = 0): readonly Point[] => values.map((value, at) => ({ at: (first + at) * day, value }));

/** Judged on the day after the last of the values. */
function rangeAfter(values: readonly number[], more: Partial<AnomalySettings> = {}) {
  return ordinaryRange(days(values), values.length * day, { ...defaultSettings, ...more });
}

describe('median', () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));
});

describe('buckets', () => {
  it.each([
    ['day', '2024-06-15T23:59:59.999Z', '2024-06-15T00:00:00.000Z'],
    ['hour', '2024-06-15T12:30:00Z', '2024-06-15T12:00:00.000Z'],
    // 2024-06-15 was a Saturday.
    ['week', '2024-06-15T12:30:00Z', '2024-06-10T00:00:00.000Z'],
    ['week', '2024-06-16T23:59:59Z', '2024-06-10T00:00:00.000Z'],
    ['week', '2024-06-17T00:00:00Z', '2024-06-17T00:00:00.000Z'],
    ['week', '1969-12-28T00:00:00Z', '1969-12-22T00:00:00.000Z'],
    ['run', '1970-01-01T00:00:01.500Z', '1970-01-01T00:00:01.500Z'],
  ] as const)('%s of %s', (bucket, at, start) => {
    expect(new Date(bucketStart(bucket, Date.parse(at))).toISOString()).toBe(start);
  });

  it('have the last value that was found in them', () => {
    const points = [
      { at: 2.5 * day, value: 3 },
      { at: 2.9 * day, value: 4 },
      { at: 2.1 * day, value: 5 },
      { at: 2.95 * day, value: Number.NaN },
      { at: 1.2 * day, value: 6 },
    ];
    expect(lastOfBuckets(points, 'day').map(({ value }) => value)).toEqual([6, 4]);
    expect(lastOfBuckets(points, 'run').map(({ value }) => value)).toEqual([6, 5, 3, 4]);
  });
});

describe('what is ordinary', () => {
  it('is so many medians of distance around the median', () => {
    // Median 100; distances 20 10 10 0 10 10 20, their median 10; 3.5 × 14.826 = 51.891.
    const range = rangeAfter([80, 90, 110, 100, 90, 110, 120]);
    expect(range).toMatchObject({ centre: 100, points: 7 });
    expect(range?.low).toBeCloseTo(48.109, 9);
    expect(range?.high).toBeCloseTo(151.891, 9);
  });

  it('is never narrower than a share of the median', () => {
    // No distance at all: 5 % of 1,000, 3.5 times.
    expect(rangeAfter(Array.from({ length: 7 }, () => 1000))).toEqual({ centre: 1000, low: 825, high: 1175, points: 7 });
    expect(rangeAfter(Array.from({ length: 7 }, () => -1000))).toEqual({ centre: -1000, low: -1175, high: -825, points: 7 });
    expect(
      rangeAfter(
        Array.from({ length: 7 }, () => 1000),
        { floor: 0 },
      ),
    ).toMatchObject({ low: 1000, high: 1000 });
    expect(
      rangeAfter(
        Array.from({ length: 7 }, () => 0),
        { minDifference: 2 },
      ),
    ).toMatchObject({ low: -2, high: 2 });
  });

  it('is not known before there are enough points', () => {
    expect(rangeAfter([1, 2, 3, 4, 5, 6])).toBeUndefined();
    expect(rangeAfter([1, 2, 3, 4, 5, 6, Number.NaN])).toBeUndefined();
    expect(rangeAfter([1, 2, 3, 4, 5, 6, 7])).toBeDefined();
    expect(rangeAfter([1, 2, 3], { minPoints: 3 })).toBeDefined();
    expect(rangeAfter([], { minPoints: 0 })).toBeUndefined();
  });

  it('leaves out the bucket that is judged, and what a clock that went back wrote for later ones', () => {
    const points = [...days([100, 100, 100, 100, 100, 100, 100]), { at: 7.4 * day, value: 1e9 }, { at: 8 * day, value: 1e9 }];
    expect(ordinaryRange(points, 7.5 * day, defaultSettings)).toEqual({ centre: 100, low: 82.5, high: 117.5, points: 7 });
  });

  it('is looked at over the newest points, in whatever order they come', () => {
    const points = [...days([1, 1, 1, 100, 100, 100])].reverse();
    expect(ordinaryRange(points, 6 * day, { ...defaultSettings, window: 3, minPoints: 3 })?.centre).toBe(100);
  });

  it('has only the side that is asked for', () => {
    const same = Array.from({ length: 7 }, () => 100);
    const drop = rangeAfter(same, { direction: 'drop' });
    const rise = rangeAfter(same, { direction: 'rise' });
    expect([drop, rise]).toMatchObject([
      { low: 82.5, high: undefined },
      { low: undefined, high: 117.5 },
    ]);
    expect([drop, rise].map((range) => range !== undefined && isAnomaly(0, range))).toEqual([true, false]);
    expect([drop, rise].map((range) => range !== undefined && isAnomaly(1e9, range))).toEqual([false, true]);
    expect([82.5, 82.4].map((value) => drop !== undefined && isAnomaly(value, drop))).toEqual([false, true]);
  });

  it('ends where numbers end', () => {
    const huge = Number.MAX_VALUE;
    expect(rangeAfter([huge, huge, huge, huge, huge, huge, huge])).toMatchObject({ centre: huge, high: undefined });
    expect(rangeAfter([huge, -huge, huge, -huge, huge, -huge, huge])).toMatchObject({ low: undefined, high: undefined });
  });

  it('is not moved by what was out of the ordinary before', () => {
    const quiet = rangeAfter([100, 102, 98, 101, 99, 100, 100]);
    const incident = rangeAfter([100, 102, 98, 101, 99, 100, 0]);
    expect(incident).toEqual(quiet);
  });
});

describe('weekdays', () => {
  const week = [100, 100, 100, 100, 100, 10, 0];

  it('are compared with their like after three weeks', () => {
    const three = [...week, ...week, ...week];
    // Days 21 to 27 are those of a week as before.
    for (const [number, value] of week.entries()) {
      const range = ordinaryRange(days(three), (21 + number) * day, defaultSettings);
      expect([number, range?.centre, range && isAnomaly(value, range)]).toEqual([number, value, false]);
    }
    const sunday = ordinaryRange(days(three), 27 * day, defaultSettings);
    expect(sunday && isAnomaly(100, sunday)).toBe(true);
    const monday = ordinaryRange(days(three), 21 * day, defaultSettings);
    expect(monday && isAnomaly(10, monday)).toBe(true);
  });

  it('are not told apart before, nor where that is not wanted', () => {
    const twenty = [...week, ...week, ...week].slice(1);
    expect(ordinaryRange(days(twenty, 1), 20 * day, defaultSettings)?.centre).toBe(100);
    expect(rangeAfter([...week, ...week, ...week], { weekdays: false })?.centre).toBe(100);
    expect(rangeAfter([...week, ...week, ...week], { bucket: 'hour' })?.centre).toBe(100);
  });

  it('have the spread of all days, each seen from the others of its weekday', () => {
    // Weekday n has 100n, 100n + 6, 100n + 12: distances from the mean of the other two are 9, 0 and 9, their median 9.
    const values = [0, 6, 12].flatMap((more) => [1, 2, 3, 4, 5, 6, 7].map((number) => number * 100 + more));
    const range = rangeAfter(values, { floor: 0 });
    expect(range?.centre).toBe(106);
    expect(range?.high).toBeCloseTo(106 + 3.5 * 1.4826 * 9, 9);
  });
});

describe('changes', () => {
  it('are judged from the value before', () => {
    // Ten more each day, seven changes: 170 ± 3.5 × 5 % of 10 = 1.75.
    const range = rangeAfter([100, 110, 120, 130, 140, 150, 160, 170], { ofChange: true });
    expect(range).toEqual({ centre: 180, low: 178.25, high: 181.75, points: 7 });
  });

  it('count only from one bucket to the next', () => {
    const points = [...days([100, 110, 120, 130]), ...days([500, 510, 520, 530, 540], 5)];
    expect(ordinaryRange(points, 10 * day, { ...defaultSettings, ofChange: true })).toMatchObject({ centre: 550, points: 7 });
    expect(ordinaryRange(points, 11 * day, { ...defaultSettings, ofChange: true })).toBeUndefined();
    expect(ordinaryRange(points, 11 * day, { ...defaultSettings, ofChange: true, bucket: 'run' })).toMatchObject({
      centre: 550,
      points: 8,
    });
  });
});

describe('a backtest', () => {
  it('judges each point by those before it, and by none that was refused', () => {
    const steady = days([100, 100, 100, 100, 100, 100, 100]);
    const then = [
      { at: 7.2 * day, value: 100 },
      // On the same day: the last value is the point, and it was published nowhere.
      { at: 7.5 * day, value: 10, refused: true },
      { at: 8 * day, value: 82 },
      { at: 9 * day, value: 100 },
    ];
    const { points, judged, outliers } = backtest([...steady, ...then], defaultSettings);
    expect({ points, judged }).toEqual({ points: 10, judged: 3 });
    expect(outliers).toMatchObject([
      { at: 7.5 * day, value: 10, range: { low: 82.5, high: 117.5, points: 7 } },
      { at: 8 * day, value: 82, range: { points: 8 } },
    ]);
    expect(backtest([], defaultSettings)).toEqual({ points: 0, judged: 0, outliers: [] });
  });
});

describe('in the long run', () => {
  /** Numbers from 0 to 1, always the same. */
  function createChance(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return state / 4_294_967_296;
    };
  }

  const rounds = 1500;

  /** How often of all rounds a value is found out of the ordinary, after days with noise of 5 %. */
  function share(history: number, tested: number, incident = false): number {
    const chance = createChance(7);
    const noisy = (level: number): number => {
      const radius = Math.sqrt(-2 * Math.log(1 - chance()));
      return level * (1 + 0.05 * radius * Math.cos(2 * Math.PI * chance()));
    };
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      const values = Array.from({ length: history }, (_, at) => noisy(incident && at === history - 3 ? 200 : 1000));
      const range = rangeAfter(values);
      if (range !== undefined && isAnomaly(noisy(tested), range)) found += 1;
    }
    return found / rounds;
  }

  it('nearly nothing ordinary is found, and nearly every drop by a third or a half is', () => {
    expect(share(13, 1000)).toBeLessThan(0.004);
    expect(share(13, 700)).toBeGreaterThan(0.9);
    expect(share(13, 500)).toBeGreaterThan(0.999);
    expect(share(13, 500, true)).toBeGreaterThan(0.99);
    // With weekdays told apart each day has a quarter as many to compare it with.
    expect(share(28, 1000)).toBeLessThan(0.004);
    expect(share(28, 700)).toBeGreaterThan(0.8);
    expect(share(28, 500)).toBeGreaterThan(0.99);
  });
});
