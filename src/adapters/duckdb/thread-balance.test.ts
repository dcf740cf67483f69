import { expect, it } from 'vitest';
import { createSlots } from './query-slots.ts';
import { createThreadBalance } from './thread-balance.ts';

async function changesOf(cores: number, steps: readonly ('enter' | 'enter shortly' | 'leave')[]): Promise<readonly number[]> {
  const changes: number[] = [];
  const balance = createThreadBalance(cores, async (threads) => void changes.push(threads));
  for (const step of steps) {
    if (step === 'leave') balance.leave();
    else await balance.enter(step === 'enter shortly');
  }
  return changes;
}

it('leaves all cores to transactions that come one after another', async () => {
  expect(await changesOf(8, ['enter', 'leave', 'enter', 'leave', 'enter', 'leave'])).toEqual([]);
});
it('gives one thread each to a lasting crowd, and all back to the last one', async () => {
  const crowd = ['enter', 'enter', 'leave', 'enter', 'leave', 'enter'] as const;
  expect(await changesOf(2, [...crowd, 'leave', 'enter', 'leave', 'leave', 'enter'])).toEqual([1, 2]);
});
it('takes no threads away for a short meeting of two', async () => {
  expect(await changesOf(4, ['enter', 'enter', 'leave', 'leave', 'enter'])).toEqual([]);
});
it('gives one thread to short ones that come one after another, and all back to the next that may be long', async () => {
  expect(await changesOf(8, ['enter shortly', 'leave', 'enter shortly', 'leave', 'enter', 'leave'])).toEqual([1, 8]);
});
it('gives all back to a long one that meets a short one and outlasts it', async () => {
  expect(await changesOf(4, ['enter shortly', 'enter', 'leave', 'leave', 'enter'])).toEqual([1, 4]);
});
it('serves waiting queries in order, never more than there are slots', async () => {
  const slots = createSlots(1);
  expect(slots.acquire()).toBe(undefined);
  const order: number[] = [];
  const waits = [1, 2, 3].map(async (n) => {
    await slots.acquire();
    order.push(n);
  });
  slots.release();
  await waits[0];
  expect(order).toEqual([1]);
  slots.release();
  slots.release();
  await Promise.all(waits);
  expect(order).toEqual([1, 2, 3]);
  slots.release();
  expect(slots.acquire()).toBe(undefined);
});
