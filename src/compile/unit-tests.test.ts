import { describe, expect, it } from 'vitest';
import { isoTime } from './unit-tests.ts';

describe('a time of a unit test', () => {
  it.each([
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29 09:30', '2024-02-29T09:30:00.000Z'],
    ['2024-02-29T09:30:15.5Z', '2024-02-29T09:30:15.500Z'],
    ['2024-03-01T01:00:00+02:00', '2024-02-29T23:00:00.000Z'],
    ['2024-02-30', undefined],
    ['2024-13-01', undefined],
    ['2024-02-29T25:00', undefined],
    ['29.2.2024', undefined],
    ['now', undefined],
  ])('%s is %s', (text, time) => {
    expect(isoTime(text)).toBe(time);
  });
});
