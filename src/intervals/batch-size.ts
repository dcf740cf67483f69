/** The sizes of batches that a model can ask for. */
import type { CellSize } from './grid.ts';

const sizes = {
  '5 minutes': { minutes: 5 },
  '10 minutes': { minutes: 10 },
  '15 minutes': { minutes: 15 },
  '30 minutes': { minutes: 30 },
  hour: { minutes: 60 },
  '6 hours': { minutes: 360 },
  '12 hours': { minutes: 720 },
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'year',
} as const satisfies Readonly<Record<string, CellSize>>;

export type BatchSize = keyof typeof sizes;

export const batchSizes = [
  '5 minutes',
  '10 minutes',
  '15 minutes',
  '30 minutes',
  'hour',
  '6 hours',
  '12 hours',
  'day',
  'week',
  'month',
  'year',
] as const satisfies readonly BatchSize[];

export const cellSizeOf = (size: BatchSize): CellSize => sizes[size];
