import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execute } from '../support/tx.ts';
import { linesOf, shop } from './shop.ts';

/** The parts of a plan that are read here. */
interface PlanJson {
  readonly command: string;
  readonly steps: readonly {
    readonly id: string;
    readonly kind: string;
    readonly node?: string;
    readonly reason?: string;
    readonly build?: { readonly node: string };
  }[];
}

const FILES = {
  'models/inc.sql': '{{config materialized="incremental" unique_key="id"}}\nselect id from {{ref "stg"}}\n',
  'models/more.yaml':
    "models:\n  - name: inc\n    columns:\n      - name: id\n        tests:\n          - relationships: { to: ref('ids'), field: id }\n",
  // No ancestor of the model: what compares the two has to wait for both.
  'seeds/ids.csv': 'id\n1\n2\n3\n',
};

describe('tx plan', () => {
  it('lists what a build would do and why, and changes nothing', async () => {
    const project = await shop(FILES);
    const first = await project.tx(['plan']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(linesOf(first.stdout)[0]).toBe('plan of tx build · target dev (duckdb, schema main) · 3 models, 2 seeds, 4 tests');
    expect(first.stdout).toMatch(/^ {2}seed +raw +seed +main\.raw +never built$/m);
    expect(first.stdout).toMatch(/^ {2}model +inc +incremental +main\.inc +never built(?:, \d tests?)?$/m);
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const runs = await project.rows('select count(*) from _tx.runs');
    const second = await project.tx(['plan', '-s', 'inc', '--verbose', '--force']);
    expect(second.stdout).toContain('. run the query into a temporary table\n');
    expect(second.stdout).toContain('refuse NULL and duplicate keys: id\n');
    const unchanged = await project.tx(['plan']);
    expect(linesOf(unchanged.stdout)[0]).toBe('plan of tx build · target dev (duckdb, schema main) · 5 unchanged');
    expect(unchanged.stdout).toMatch(/^ {2}model +inc +incremental +main\.inc +unchanged, 1 test passed already$/m);
    expect(await project.rows('select count(*) from _tx.runs')).toEqual(runs);
    project.write('models/inc.sql', '{{config materialized="incremental" unique_key="id"}}\nselect id + 0 as id from {{ref "stg"}}\n');
    expect((await project.tx(['plan', '-s', 'inc'])).stdout).toMatch(
      /new rows only; its SQL has changed, and older rows stay: `--full-refresh` makes them anew$/m,
    );
    const anew = await project.tx(['plan', '-s', 'inc', '--full-refresh']);
    expect(anew.stdout).toMatch(/main\.inc +full refresh$/m);
  });

  it('as JSON is what the build then does: the same nodes for the same reasons', async () => {
    const project = await shop(FILES);
    for (const round of ['first', 'second', 'third']) {
      // Something is built again, and something stands.
      if (round === 'third') project.write('seeds/ids.csv', 'id\n1\n2\n3\n4\n');
      const planned = JSON.parse((await project.tx(['plan', '--output', 'json'])).stdout) as PlanJson;
      const log = linesOf((await project.tx(['build', '--log-format', 'json'])).stderr).map(
        (line) => JSON.parse(line) as Readonly<Record<string, unknown>>,
      );
      const built = log.filter((event) => event['event'] === 'node_finished' && event['resource_type'] !== 'test');
      const steps = planned.steps.filter((step) => step.kind === 'build');
      const unchanged = planned.steps.flatMap((step) => step.build ?? []);
      expect(unchanged.length > 0, round).toBe(round !== 'first');
      expect(planned.command).toBe('build');
      expect(built.map((event) => [event['node'], event['reason']]).sort(), round).toEqual(
        [...steps.map((step) => [step.node, step.reason]), ...unchanged.map(({ node }) => [node, 'unchanged'])].sort(),
      );
      const started = new Set(log.flatMap((event) => (event['event'] === 'node_started' ? [event['node']] : [])));
      for (const step of steps) expect(started.has(step.node), step.id).toBe(true);
      expect(started.size).toBe(planned.steps.filter((step) => step.kind !== 'gate' && step.kind !== 'unchanged').length);
    }
  });

  it('plans for the other commands too', async () => {
    const project = await shop(FILES);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const kinds = async (command: string): Promise<readonly string[]> => {
      const plan = JSON.parse((await project.tx(['plan', '--for', command, '--output', 'json'])).stdout) as PlanJson;
      return [...new Set(plan.steps.map((step) => step.kind))].filter((kind) => kind !== 'gate').sort();
    };
    expect(await kinds('run')).toEqual(['build']);
    expect(await kinds('test')).toEqual(['test']);
    expect(await kinds('seed')).toEqual(['build']);
    expect(await kinds('build')).toEqual(['unchanged']);
  });

  it('tells what was dropped from what was never built, and the types of a seed from its file', async () => {
    const types = (type: string): string => `seeds:\n  - name: raw\n    config:\n      column_types: { id: ${type} }\n`;
    const project = await shop({ 'seeds/raw.yaml': types('integer') });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const reasonOf = async (name: string): Promise<readonly string[]> => {
      const plan = await project.tx(['plan', '-s', name, '--explain']);
      return linesOf(plan.stdout)
        .slice(2, 4)
        .map((line) => line.replace(/^.* main\.\w+ +/, '').trim());
    };
    project.write('seeds/raw.yaml', types('bigint'));
    expect(await reasonOf('raw')).toEqual(['its config has changed', 'its column types or delimiter has changed']);
    project.write('seeds/raw.yaml', types('integer'));
    project.write('seeds/raw.csv', 'id,amount\n1,10\n2,20\n');
    expect(await reasonOf('raw')).toEqual(['file changed', 'its file has changed']);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    // As a run leaves it that is cut off before its end.
    await execute(project.path('shop.duckdb'), "delete from _tx.records where kind = 'shape' and subject like '%total%'");
    expect(await reasonOf('total')).toEqual([
      'how its last run left it is not known, 1 test',
      'the run that built it was cut off before it noted its columns',
    ]);
    await execute(project.path('shop.duckdb'), 'drop table total');
    expect((await reasonOf('total'))[0]).toBe('was built, and is gone, 1 test');
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    expect(await project.rows('from total')).toEqual([['30']]);
  });

  it('lists relations that no node builds any more, and drops none', async () => {
    const project = await shop({ 'models/old.sql': '{{config materialized="table"}}\nselect 1 as id\n' });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const { rmSync } = await import('node:fs');
    rmSync(project.path('models/old.sql'));
    expect((await project.tx(['plan'])).stdout).toContain('  no longer built by any node; nothing is dropped:\n    main.old  (was old)\n');
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    expect(await project.rows('from old')).toEqual([['1']]);
  });
});
