/** What cases on all engines share: the program, the bars, and the rows of a table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const program = here('../bin/tx.cjs');
export const tx = (...args) => [program, ...args];

export const atMost = {
  ratio: (limit) => ({ text: `<= ${limit} x`, holds: ({ ratio }) => ratio <= limit }),
  value: (limit, unit) => ({ text: `<= ${limit} ${unit}`, holds: ({ tx: value }) => value <= limit }),
};
export const atLeast = { ratio: (limit) => ({ text: `>= ${limit} x`, holds: ({ ratio }) => ratio >= limit }) };

const row = (measure, unit, key) => (medians, side, bar) => ({
  measure,
  unit,
  tx: medians.tx[key],
  floor: medians[side ?? 'floor'][key],
  bar,
});
export const wall = row('wall', 'ms', 'wallMs');
export const cpu = row('CPU', 'ms', 'cpuMs');
export const serverCpu = row('CPU of the server', 'ms', 'serverMs');
export const peak = row('peak memory', 'MB', 'peakMb');

/** Milliseconds that the one model of the last run took, as its artifact tells. */
export function stepTime(folder) {
  const { results } = JSON.parse(readFileSync(join(folder, 'target/run_results.json'), 'utf8'));
  return { stepMs: results[0].execution_time * 1000 };
}

export const ownStepTime = (stdout) => JSON.parse(stdout);
