import { cpSync } from 'node:fs';
import { expect, it } from 'vitest';
import { shop } from '../cli/shop.ts';
import { startLog } from './log.ts';

const PROJECT = `name: shop
targets:
  dev: { type: duckdb, path: shop.duckdb, schema: main }
  prod: { type: duckdb, path: prod.duckdb, schema: main }
default_target: dev
`;

it('a watching build goes on deferring, and keeps what it built itself', async () => {
  const project = await shop({ 'project.yaml': PROJECT, 'models/last.sql': 'select total + 0.5 as half from {{ref "total"}}\n' });
  expect((await project.tx(['build', '--target', 'prod', '--quiet'])).code).toBe(0);
  cpSync(project.path('target'), project.path('state'), { recursive: true });
  project.write('models/marts/total.sql', '{{config materialized="table"}}select sum(amount) + 1 as total from {{ref "stg"}}\n');
  const log = startLog(project.root, ['build', '-s', 'total', 'last', '--watch', '--favor-state', '--state', 'state'], {});
  await log.next('watch_waiting');
  await log.ever('watch_listening');
  // Only this one is run again; what it reads is selected, so it is that of the target.
  project.write('models/last.sql', '{{config materialized="table"}}select total + 0.25 as half from {{ref "total"}}\n');
  await log.next('run_finished');
  await log.next('watch_waiting');
  log.kill('SIGTERM');
  await log.ended;
  expect(await project.rows('select half from main.last')).toEqual([['61.25']]);
  expect(await project.rows(`select table_name from duckdb_tables() where schema_name = 'main' order by 1`)).toEqual([['last'], ['total']]);
});
