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
  const holding = project.run(`${waitForLock({ schema: 'main', name: 'w' })}, pg_sleep(4)`);
  await sleep(400);
  const { exit, text } = await project.tx('build --force --select m');
  expect(exit, text).toBe(0);
  expect(text).toMatch(/m {2}waits for main\.w, which .+ holds \(process \d+\)/);
  await holding;
});

it('a run waits no longer than it may for sessions of others, and says for whom', async () => {
  const project = await engine?.project({
    'models/m.sql': '{{config materialized="incremental" unique_key="id"}}select 1 as id',
    'models/t.sql': '{{config materialized="table"}}select 1 as id',
  });
  if (project === undefined) throw new Error('no engine');
  expect((await project.tx('build')).exit).toBe(0);
  // Longer than any machine takes to begin: it is cancelled.
  const holding = project
    .run(`do $$ begin lock table main.m, main.t in access exclusive mode; perform pg_sleep(100); end $$`)
    .catch(String);
  await sleep(300);
  const given = await project.tx('build --force --lock-timeout 1');
  expect(given.exit, given.text).toBe(75);
  for (const name of ['m', 't']) {
    expect(given.text).toMatch(new RegExp(`${name} {2}waits for main\\.${name}, which .+ holds \\(process \\d+\\)`));
    expect(given.text.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`"main"\\."${name}" is in use, and was not let go in time: process \\d+ \\(.+\\)`),
    );
  }
  await project.run(`select pg_cancel_backend(pid) from pg_stat_activity where query like 'do $$ begin lock table main.m%'`);
  expect(await holding).toContain('canceling statement');
  const reading = project.run('do $$ begin perform count(*) from main.t; perform pg_sleep(4); end $$');
  await sleep(300);
  const { exit, text } = await project.tx('build --force --select t');
  expect(exit, text).toBe(0);
  expect(text).toMatch(/t {2}waits for main\.t, which .+ holds \(process \d+\)/);
  await reading;
});
