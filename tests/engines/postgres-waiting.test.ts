/** Who is waited for is told, also where it is about what hangs on a relation. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitForLock } from '../../src/adapters/postgres/relation-locks.ts';
import { useProjectEngines } from './engine-project.ts';

const engine = useProjectEngines().at(1);

it('a run that replaces a view above its table says so', async () => {
  const project = await engine?.project({
    'models/m.sql': '{{config materialized="table"}}select 1 as id',
    'models/w.sql': 'select id from {{ref "m"}}',
  });
  if (project === undefined) throw new Error('no engine');
  expect((await project.tx('build')).exit).toBe(0);
  const holding = project.run(`${waitForLock({ schema: 'main', name: 'w' })}, pg_sleep(1.5)`);
  await sleep(400);
  const { exit, text } = await project.tx('build --force --select m');
  expect(exit, text).toBe(0);
  expect(text).toMatch(/m {2}waits for main\.w, which .+ holds \(process \d+\)/);
  await holding;
});
