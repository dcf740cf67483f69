/** The cache under processes that meet, and under one that is killed while it writes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shapes } from '../scale/shapes.ts';
import { plainEnvironment, REPOSITORY, runTx, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const ROUNDS = process.env['TX_TEST_LONG'] === undefined ? 1 : 20;
const MODELS = 150;

/** Everything that a listing tells, which is the same with and without a cache. */
async function list(project: TempProject, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTx(['ls', '--output', 'json', ...more], { cwd: project.root });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Changes a third of the project, so that the cache has something to write. */
function edit(project: TempProject, round: number): void {
  for (let index = 1; index < MODELS; index += 3)
    project.write(`models/m${index}.sql`, `select id, a, ${round} as b from {{ref "m${index >> 2}"}}`);
}

describe('the cache', () => {
  it('is right after processes that wrote it at the same time, with others reading', async () => {
    const project = await tempProject(shapes.tested(MODELS));
    for (let round = 0; round < ROUNDS; round += 1) {
      edit(project, round);
      const [right, ...met] = await Promise.all([list(project, '--no-cache'), list(project), list(project), list(project)]);
      for (const listed of [...met, await list(project)]) expect(listed).toBe(right);
    }
  });

  it('is right after a process that was killed on the way', async () => {
    const project = await tempProject(shapes.tested(MODELS));
    await list(project);
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      edit(project, round);
      const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'ls'], {
        cwd: project.root,
        env: plainEnvironment(),
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      // From before it reads to after it has written.
      await sleep(150 + ((round * 97) % 400));
      child.kill('SIGKILL');
      await ended;
      expect(await list(project)).toBe(await list(project, '--no-cache'));
    }
  });
});
