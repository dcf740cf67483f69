/**
 * How long `tx run --watch` takes from a save to what it makes of it: `node watch-reaction.mjs <program> <folder> <file> <model>
 * <saves>`. Each save changes the SQL of the model and leaves its columns as they are. Prints medians as JSON.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './measure.mjs';

const [program, folder, file, model, saves] = process.argv.slice(2);

const child = spawn(process.execPath, [program, 'run', '--watch', '--select', model, '--log-format', 'json'], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = new Promise((resolve) => child.once('close', resolve));
const events = [];
let rest = '';
let wake = () => undefined;
child.stderr.setEncoding('utf8').on('data', (text) => {
  const at = performance.now();
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  events.push(...lines.map((line) => ({ at, ...JSON.parse(line) })));
  wake();
});

/** The first event of that name from a place in the log on. */
async function find(name, from) {
  for (;;) {
    const index = events.findIndex(({ event }, place) => place >= from && event === name);
    if (index >= 0) return index;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${name} after: ${JSON.stringify(events.slice(from))}`)), 60_000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

try {
  await find('watch_listening', 0);
  await find('watch_waiting', 0);
  const text = readFileSync(file, 'utf8');
  const samples = [];
  // The first saves find nothing warm.
  for (let save = -2; save < Number(saves); save += 1) {
    await sleep(300);
    const from = events.length;
    const start = performance.now();
    writeFileSync(file, text.replace(/where a\.amount > \d+/, `where a.amount > ${save + 10_000}`));
    const checked = await find('change_checked', from);
    const started = await find('run_started', checked);
    const free = await find('watch_waiting', started);
    if (events[checked].problems > 0) throw new Error(`the change was refused: ${JSON.stringify(events.slice(from))}`);
    const since = (index) => events[index].at - start;
    if (save >= 0) samples.push({ checkedMs: since(checked), startedMs: since(started), freeMs: since(free) });
  }
  const medians = Object.keys(samples[0]).map((key) => [key, median(samples.map((sample) => sample[key]))]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(medians))}\n`);
} finally {
  child.kill('SIGTERM');
  await ended;
}
