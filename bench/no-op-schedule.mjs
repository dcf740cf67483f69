/** Runs the scheduler of tx, bundled to the file named first, over steps that do nothing; and the bare algorithm beside it. */
import { pathToFileURL } from 'node:url';

const [bundle = '', count = '0'] = process.argv.slice(2);
const { schedule } = await import(pathToFileURL(bundle).href);

/** Twenty layers; each step waits for three of the layer before. */
function stepsOf(total) {
  const width = Math.ceil(total / 20);
  return Array.from({ length: total }, (_, index) => {
    const layer = Math.floor(index / width);
    const parents = layer === 0 ? [] : [0, 1, 2].map((salt) => (layer - 1) * width + ((index * 31 + salt * 17) % width));
    return { id: `model.bench.m${index}`, dependsOn: [...new Set(parents)].map((parent) => `model.bench.m${parent}`), blocks: [] };
  });
}

/** Kahn's algorithm on arrays: the least that puts steps in order. */
function bareOrder(steps) {
  const index = new Map(steps.map((step, at) => [step.id, at]));
  const children = steps.map(() => []);
  const missing = new Int32Array(steps.length);
  steps.forEach((step, at) => {
    for (const parent of step.dependsOn) children[index.get(parent)].push(at);
    missing[at] = step.dependsOn.length;
  });
  const queue = [];
  for (let at = 0; at < steps.length; at += 1) if (missing[at] === 0) queue.push(at);
  for (let head = 0; head < queue.length; head += 1) {
    for (const child of children[queue[head]]) {
      missing[child] -= 1;
      if (missing[child] === 0) queue.push(child);
    }
  }
  return queue.length;
}

async function microsecondsPerStep(total, run) {
  const steps = stepsOf(total);
  const before = process.cpuUsage();
  const ran = await run(steps);
  const { user, system } = process.cpuUsage(before);
  if (ran !== total) throw new Error(`${ran} of ${total} steps ran`);
  return (user + system) / total;
}

async function scheduled(steps) {
  let ran = 0;
  const handlers = {
    run: () => {
      ran += 1;
      return Promise.resolve('done');
    },
    skip: () => {
      throw new Error('a step was skipped');
    },
  };
  await schedule(steps, handlers, { workers: 4, failFast: false, signal: new AbortController().signal });
  return ran;
}

const total = Number(count);
// What the first steps cost is compiling the code, and would hide a slope.
await microsecondsPerStep(Math.ceil(total / 10), scheduled);
const tenthUs = await microsecondsPerStep(Math.ceil(total / 10), scheduled);
const fullUs = await microsecondsPerStep(total, scheduled);
const bareUs = await microsecondsPerStep(total, (steps) => Promise.resolve(bareOrder(steps)));
process.stdout.write(`${JSON.stringify({ fullUs, tenthUs, bareUs })}\n`);
