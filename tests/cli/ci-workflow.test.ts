/** Runs the steps of the workflows in docs/ci.md, as they stand there. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readRows, REPOSITORY, runProgram, tempFolder } from '../support/tx.ts';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
}

interface Workflow {
  readonly jobs: { readonly build: { readonly env: Readonly<Record<string, string>>; readonly steps: readonly Step[] } };
}

const page = readFileSync(join(REPOSITORY, 'docs/ci.md'), 'utf8').replaceAll('\r\n', '\n');

/** The block of the page with these words behind its language. */
function block(words: string): string {
  const [, text] = new RegExp(`^\`\`\`yaml ${words}\\n([^]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no block ${words}`);
  return text;
}

/** The steps of a job that run something of the project, with its variables. */
function job(name: string): { readonly env: Readonly<Record<string, string>>; readonly runs: readonly string[] } {
  // What has another form fails below.
  const { env, steps } = (load(block(`workflow=${name}`)) as Workflow).jobs.build;
  expect(steps.filter(({ run, uses }) => (run === undefined) === (uses === undefined))).toEqual([]);
  return { env, runs: steps.flatMap((step) => (step.run === undefined || step.name === 'Install' ? [] : [step.run])) };
}

/** Folder with a program `tx`, as the step that installs has put it into PATH. */
function programFolder(): string {
  const folder = join(tempFolder(), 'bin');
  mkdirSync(folder);
  const program = join(REPOSITORY, 'bin', 'tx.cjs');
  writeFileSync(join(folder, 'tx'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Runs the job until a step fails, as the service does. */
async function runJob(project: Shop, name: string, event: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { env: written, runs } = job(name);
  const env = { ...written, ...event };
  expect(Object.values(env).filter((value) => value.includes('${{'))).toEqual([]);
  expect(runs.length).toBeGreaterThan(1);
  const path = [programFolder(), process.env['PATH'] ?? ''].join(delimiter);
  let text = '';
  for (const run of runs) {
    const { code, stdout, stderr } = await runProgram('sh', ['-e', '-c', run], { cwd: project.root, env: { ...env, PATH: path } });
    text += stdout + stderr;
    if (code !== 0) return { code, text };
  }
  return { code: 0, text };
}

describe.skipIf(process.platform === 'win32')('the workflows of the page on CI', () => {
  it('build production, and then only what a change is about', async () => {
    const project = await shop({ 'project.yaml': `name: shop\n${block('targets')}` });
    const production = await runJob(project, 'production');
    expect(production.code, production.text).toBe(0);
    const database = readFileSync(project.path('prod.duckdb'));

    const none = await runJob(project, 'change');
    expect(none.code, none.text).toBe(0);
    expect(none.text).toContain('nothing to do');

    project.write('models/marts/total.sql', '{{config materialized="table"}}select sum(amount) * 2 as total from {{ref "stg"}}\n');
    const change = await runJob(project, 'change');
    expect(change.code, change.text).toBe(0);
    expect(await readRows(project.path('ci.duckdb'), 'select * from main.total')).toEqual([['120']]);
    expect(await readRows(project.path('ci.duckdb'), `select table_name from duckdb_tables() where schema_name = 'main'`)).toEqual([
      ['total'],
    ]);
    expect(readFileSync(project.path('report.xml'), 'utf8')).toContain('total_is_positive');

    // What is wrong ends the job, and production never notices.
    project.write('models/marts/total.sql', '{{config materialized="table"}}select -sum(amount) as total from {{ref "stg"}}\n');
    const wrong = await runJob(project, 'change');
    expect(wrong.code, wrong.text).toBe(1);
    expect(wrong.text).toContain('total_is_positive');
    expect(await readRows(project.path('ci.duckdb'), 'select * from main.total')).toEqual([['120']]);
    expect(readFileSync(project.path('prod.duckdb')).equals(database)).toBe(true);

    // Merged and mended, it becomes production.
    project.write('models/marts/total.sql', '{{config materialized="table"}}select sum(amount) * 2 as total from {{ref "stg"}}\n');
    expect((await runJob(project, 'production')).code).toBe(0);
    expect(await readRows(project.path('prod.duckdb'), 'select * from main.total')).toEqual([['120']]);
    expect((await runJob(project, 'change')).text).toContain('nothing to do');
  });

  it('build a change beside production, publish what was built, and take the environment away', async () => {
    const project = await shop({ 'project.yaml': `name: shop\n${block('targets')}` });
    expect((await runJob(project, 'production')).code).toBe(0);
    const event = { TX_ENV: 'pr_7' };
    const tables = `select schema_name || '.' || table_name from duckdb_tables() where schema_name like '%\\_\\_pr\\_%' escape '\\' and table_name = 'total'`;

    project.write('models/marts/total.sql', '{{config materialized="table"}}select sum(amount) * 2 as total from {{ref "stg"}}\n');
    const change = await runJob(project, 'environment', event);
    expect(change.code, change.text).toBe(0);
    expect(await readRows(project.path('prod.duckdb'), tables)).toEqual([['main__pr_7.total']]);
    expect(await readRows(project.path('prod.duckdb'), 'select * from main.total')).toEqual([['60']]);
    expect(readFileSync(project.path('report.xml'), 'utf8')).toContain('total_is_positive');

    const closed = await runJob(project, 'closed', event);
    expect(closed.code, closed.text).toBe(0);
    expect(await readRows(project.path('prod.duckdb'), 'select * from main.total')).toEqual([['120']]);
    expect(await readRows(project.path('prod.duckdb'), tables)).toEqual([]);
    const after = await runJob(project, 'production');
    expect(after.text).toContain('unchanged');
  });
});
