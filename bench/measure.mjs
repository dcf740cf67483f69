/** Runs programs one at a time, each in a process of its own, and measures wall time, CPU of all threads and peak memory. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const usageHook = fileURLToPath(new URL('report-usage.cjs', import.meta.url));

/** What would make one machine's run differ from another's. */
const notInherited =
  /^(CI|GITHUB_\w+|GITLAB_CI|FORCE_COLOR|COLORTERM|NODE_OPTIONS|NODE_COMPILE_CACHE|UV_THREADPOOL_SIZE|TX_\w+|VITEST\w*)$/;

function environment(usageFile) {
  const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name));
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    NODE_OPTIONS: `--require ${JSON.stringify(usageHook)}`,
    BENCH_USAGE_FILE: usageFile,
  };
}

function waitFor(child, timeoutMs) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
}

/**
 * Runs `node ...args` in `cwd` to its end. Its output goes to files in `scratch`, so that nobody reads along while the
 * clock runs. Rejects when it fails, with the end of what it wrote.
 */
export async function measure({ args, cwd }, scratch, timeoutMs = 600_000) {
  const usageFile = join(scratch, 'usage.json');
  const outFile = join(scratch, 'stdout.txt');
  const errFile = join(scratch, 'stderr.txt');
  for (const file of usageFiles(scratch)) rmSync(file);
  const out = openSync(outFile, 'w');
  const err = openSync(errFile, 'w');
  const start = process.hrtime.bigint();
  let code;
  let end;
  try {
    const child = spawn(process.execPath, args, { cwd, env: environment(usageFile), stdio: ['ignore', out, err] });
    code = await waitFor(child, timeoutMs);
    end = process.hrtime.bigint();
  } finally {
    closeSync(out);
    closeSync(err);
  }
  const stdout = readFileSync(outFile, 'utf8');
  if (code !== 0) {
    const told = `${stdout}\n${readFileSync(errFile, 'utf8')}`.trim().slice(-4000);
    throw new Error(`node ${args.join(' ')} (in ${cwd}) ended with ${code}:\n${told}`);
  }
  const used = usageFiles(scratch).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const cpuMs = used.reduce((sum, each) => sum + each.cpuMs, 0);
  const peakMb = used.reduce((sum, each) => sum + each.peakMb, 0);
  return { wallMs: Number(end - start) / 1e6, cpuMs, peakMb, stdout };
}

/** What the program and those that it started used, a file for each. */
function usageFiles(scratch) {
  return readdirSync(scratch)
    .filter((name) => /^usage\.json\.\d+$/.test(name))
    .map((name) => join(scratch, name));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures the sides of a case in turns, `runs` times each; gives the medians of each side's figures by the side's name.
 * A side is `{ args, cwd, prepare?, figures? }`: `prepare` runs before each start, off the clock, and `figures` reads
 * further numbers from what the program left.
 */
export async function measureSides(sides, runs, scratch) {
  const samples = new Map(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < runs; round += 1) {
    // The order turns round by round, so that nobody always comes after the same neighbour.
    const names = Object.keys(sides);
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const side = sides[name];
      await side.prepare?.();
      const { stdout, ...usage } = await measure(side, scratch);
      samples.get(name).push({ ...usage, ...side.figures?.(stdout) });
    }
  }
  return Object.fromEntries([...samples].map(([name, list]) => [name, mediansOf(list)]));
}

function mediansOf(samples) {
  return Object.fromEntries(Object.keys(samples[0]).map((key) => [key, median(samples.map((sample) => sample[key]))]));
}
