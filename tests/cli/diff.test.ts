import { cpSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execute } from '../support/tx.ts';
import { linesOf, shop } from './shop.ts';
import type { Shop } from './shop.ts';

const targets = (more = ''): string =>
  `name: shop
default_target: dev
targets:
  dev: { type: duckdb, path: shop.duckdb, schema: main }
  prod: { type: duckdb, path: 'other "one".duckdb', schema: live }
  beside: { type: duckdb, path: shop.duckdb, schema: beside }
${more}`;

/** A shop with three targets, of which the first is built. */
async function built(files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const made = await shop({ 'project.yaml': targets(), ...files });
  expect((await made.tx(['build', '-q'])).code).toBe(0);
  return made;
}

interface DiffNode {
  readonly name: string;
  readonly status: string;
  readonly relation: { readonly here: string; readonly there: string | null };
  readonly rows?: { readonly key: { readonly columns: readonly string[]; readonly from: string } | null; readonly changed?: number };
}

async function nodesOf(project: Shop, args: readonly string[]): Promise<{ readonly code: number; readonly nodes: readonly DiffNode[] }> {
  const { code, stdout, stderr } = await project.tx(['diff', '--output', 'json', '-q', ...args]);
  expect(stderr).toBe('');
  // The form is that of `diffJson`.
  const { nodes } = JSON.parse(stdout) as { readonly nodes: readonly DiffNode[] };
  return { code, nodes };
}

describe('tx diff', () => {
  it('reads another target where that builds, in another file under another schema', async () => {
    const project = await built({ 'models/total.yaml': 'models:\n  - name: total\n    config: {schema: marts}\n' });
    expect((await project.tx(['build', '-q', '-t', 'prod'])).code).toBe(0);
    const { code, nodes } = await nodesOf(project, ['--against', 'prod']);
    expect(code).toBe(0);
    expect(nodes.map(({ name, status, relation }) => [name, status, relation.there])).toEqual([
      ['raw', 'equal', '"_tx_other"."live"."raw"'],
      ['stg', 'equal', '"_tx_other"."live"."stg"'],
      ['total', 'equal', '"_tx_other"."live_marts"."total"'],
    ]);
    await execute(project.path('other "one".duckdb'), 'update live.raw set amount = 21 where id = 2');
    const after = await project.tx(['diff', '--against', 'target:prod', '-s', 'stg']);
    expect(after.code).toBe(1);
    expect(after.stdout).toMatch(/changed \(of 1 row\)\n +id +column +here +there\n +2 +amount +20 +21\n/);
  });

  it('tells of the node that the database cannot compare, and compares the others', async () => {
    const project = await built({ 'models/odd.sql': `select 1 as id, date '9999-12-31' as until` });
    expect((await project.tx(['build', '-q', '-t', 'beside'])).code).toBe(0);
    await execute(project.path('shop.duckdb'), `drop view beside.odd`);
    await execute(project.path('shop.duckdb'), `create table beside.odd as select 1 as id, timestamp_ns '2024-01-01 00:00:00' as until`);
    await execute(project.path('shop.duckdb'), `update beside.raw set amount = 21 where id = 2`);
    for (const flags of [[], ['--detailed-exitcode']]) {
      const { code, stdout, stderr } = await project.tx(['diff', '--against', 'beside', ...flags]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/✖ odd +not compared: /);
      expect(stdout).toContain('= total');
      expect(stdout).toMatch(/2 of 4 nodes differ, 1 not compared/);
      expect(stderr).toContain('error diff-not-compared  models/odd.sql');
    }
    const { stdout } = await project.tx(['diff', '--against', 'beside', '--output', 'json', '-q']);
    expect(JSON.parse(stdout)).toMatchObject({
      different: true,
      nodes: [{ name: 'odd', status: 'failed', message: expect.stringContaining('cast') as unknown }, {}, {}, {}],
    });
  });

  it('reads another schema of the same file, by the rule that names schemas', async () => {
    const project = await built({ 'models/total.yaml': 'models:\n  - name: total\n    config: {schema: marts}\n' });
    expect((await project.tx(['build', '-q', '-t', 'beside'])).code).toBe(0);
    const bySchema = await nodesOf(project, ['--against', 'schema:beside', '-s', 'total']);
    expect(bySchema).toMatchObject({ code: 0, nodes: [{ relation: { there: '"beside_marts"."total"' } }] });
    expect(await nodesOf(project, ['--against', 'beside', '-s', 'total'])).toEqual(bySchema);
  });

  it('reads a copy of the file, and where an earlier run built by its manifest', async () => {
    const project = await built();
    cpSync(project.path('shop.duckdb'), project.path('before.duckdb'));
    expect((await project.tx(['diff', '--against', 'before.duckdb'])).code).toBe(0);
    expect((await project.tx(['build', '-q', '-t', 'beside'])).code).toBe(0);
    mkdirSync(project.path('artifacts'));
    cpSync(project.path('target/manifest.json'), project.path('artifacts/manifest.json'));
    const { code, nodes } = await nodesOf(project, ['--against', 'artifacts']);
    expect([code, nodes.map(({ relation }) => relation.there)]).toEqual([0, ['"beside"."raw"', '"beside"."stg"', '"beside"."total"']]);
    project.write('models/new.sql', 'select 1 as id');
    expect((await project.tx(['run', '-q'])).code).toBe(0);
    const added = await project.tx(['diff', '--against', 'state:artifacts', '-s', 'new']);
    expect([added.code, linesOf(added.stdout)]).toEqual([
      1,
      ['≠ new', '  only here: the other side does not know it', '', '1 of 1 node differs'],
    ]);
  });

  it('takes the key from what the query proves where nobody says one', async () => {
    const project = await built({ 'models/by_amount.sql': 'select amount, count(*) as n from {{ref "stg"}} group by amount' });
    cpSync(project.path('shop.duckdb'), project.path('before.duckdb'));
    const { nodes } = await nodesOf(project, ['--against', 'before.duckdb', '-s', 'by_amount', 'stg']);
    expect(nodes.map(({ rows }) => rows?.key)).toEqual([
      { columns: ['id'], from: 'unique test' },
      { columns: ['amount'], from: 'the query' },
    ]);
  });

  it('leaves both files as they are, and says which one somebody else writes to', async () => {
    const project = await built();
    cpSync(project.path('shop.duckdb'), project.path('before.duckdb'));
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const holder = await DuckDBInstance.create(project.path('before.duckdb'));
    try {
      const locked = await project.tx(['diff', '--against', 'before.duckdb'], { spawn: true });
      expect(locked.stderr).toContain('error against-unreadable\n  `before.duckdb` cannot be compared with:');
      expect(locked.code).toBe(75);
    } finally {
      holder.closeSync();
    }
    expect((await project.tx(['diff', '--against', 'before.duckdb'])).code).toBe(0);
  });

  it('needs to be told with what, and a tolerance that is a number', async () => {
    const project = await built();
    const alone = await project.tx(['diff']);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('`--against` needs a value')]);
    const wrong = await project.tx(['diff', '--against', 'prod', '--tolerance', '-1']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('`--tolerance` cannot be `-1`')]);
  });
});
