/**
 * What a large project costs grows with its size, not faster. The plan is counted at every size; the time is looked at
 * with `npm run test:long` alone, at the sizes of real projects, since it is told apart from noise only there.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { plainEnvironment, REPOSITORY, tempFolder, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { shapes } from './shapes.ts';

const LONG = process.env['TX_TEST_LONG'] !== undefined;

/** By shape: the size of `npm test`, that of a real project, and the commands whose time counts there, `last` for the last model. */
const sizes = [
  { shape: 'chain', short: 200, long: 5000, commands: ['ls', 'ls -s +last', 'compile', 'plan', 'run', 'run', 'lineage last.id --depth 3'] },
  { shape: 'hub', short: 150, long: 3000, commands: ['ls', 'ls -s hub+', 'compile', 'plan', 'build', 'build'] },
  {
    shape: 'tested',
    short: 100,
    long: 10_000,
    commands: ['ls', 'ls', 'ls -s +last+', 'plan', 'compile --no-analyze', 'ls -s state:modified --state target'],
  },
  { shape: 'flat', short: 150, long: 5000, commands: ['run', 'run', 'plan -s last'] },
  { shape: 'wide', short: 10, long: 100, commands: ['compile', 'run', 'lineage last.column_number_7', 'docs'] },
] as const;

/** Four times as large takes at most this many times as long: four, and what a busy machine and colder caches add. */
const MOST = 5.5;

/** The edges of a plan, as far as they stand in it. */
async function countEdges(project: TempProject): Promise<number> {
  const { code, stdout, stderr } = await callTx(['plan', '--output', 'json', '--no-analyze'], { cwd: project.root });
  expect(code, stderr).toBe(0);
  const { steps } = JSON.parse(stdout) as {
    readonly steps: readonly { readonly dependsOn: readonly string[]; readonly blocks: readonly string[] }[];
  };
  return steps.reduce((sum, { dependsOn, blocks }) => sum + dependsOn.length + blocks.length, 0);
}

/** CPU seconds that a command takes in a process of its own. It must succeed. */
function cpuSeconds(project: TempProject, line: string): number {
  const usage = join(tempFolder(), 'usage');
  const args = ['--require', join(REPOSITORY, 'bench', 'report-usage.cjs'), join(REPOSITORY, 'bin', 'tx.cjs'), ...line.split(' ')];
  const env = plainEnvironment({ BENCH_USAGE_FILE: usage });
  const { pid, status, stderr } = spawnSync(process.execPath, args, {
    cwd: project.root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 28,
  });
  expect(status, stderr).toBe(0);
  const { cpuMs } = JSON.parse(readFileSync(`${usage}.${pid}`, 'utf8')) as { readonly cpuMs: number };
  return cpuMs / 1000;
}

describe('a project that is four times as large', () => {
  it.each(sizes)('has four times as many edges in its plan: $shape', async ({ shape, short }) => {
    const [small, large] = [await tempProject(shapes[shape](short)), await tempProject(shapes[shape](4 * short))];
    const [few, many] = [await countEdges(small), await countEdges(large)];
    if (shape === 'flat') expect([few, many]).toEqual([0, 0]);
    else expect(many / few).toBeLessThan(4.5);
  });

  if (!LONG) return;
  it.each(sizes)('takes at most so many times as long: $shape of $long', { timeout: 1_800_000 }, async ({ shape, long, commands }) => {
    const projects = [];
    for (const size of [long / 4, long]) projects.push({ project: await tempProject(shapes[shape](size)), last: `m${size - 1}` });
    for (const command of commands) {
      const [small = 0, large = 0] = projects.map(({ project, last }) => cpuSeconds(project, command.replaceAll('last', last)));
      process.stderr.write(`${shape} ${long}: ${command}: ${small.toFixed(2)} s, ${large.toFixed(2)} s\n`);
      expect(large / small, command).toBeLessThan(MOST);
    }
    for (const { project } of projects) project.remove();
  });
});
