import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainEnvironment, REPOSITORY } from '../support/tx.ts';
import { linesOf, shop, SHOP } from './shop.ts';

describe('tx ls', () => {
  it('lists what does not compile and fails for it, and tells of others behind the list', async () => {
    const project = await shop({ 'models/wrong.sql': 'select {{nope}}\n' });
    const stopped = await project.tx(['ls', '-s', 'wrong']);
    expect(stopped).toMatchObject({ code: 2, stdout: 'shop.wrong\n' });
    expect(stopped.stderr).toMatch(/^error unknown-name {2}models\/wrong\.sql:1:10\n/);
    expect(stopped.stderr).not.toContain('compile-errors-elsewhere');
    const listed = await project.tx(['ls', '-s', 'total', '--resource-type', 'model']);
    expect(listed).toMatchObject({ code: 0, stdout: 'shop.marts.total\n' });
    expect(listed.stderr).toContain('warning compile-errors-elsewhere\n  1 error in nodes that this command did not need\n');
  });

  it('prints one line for each node, in every form, and nothing else', async () => {
    const project = await shop();
    const forms = {
      selector: [
        'shop.raw',
        'shop.staging.stg',
        'shop.marts.total',
        'shop.not_null_stg_id',
        'shop.unique_stg_id',
        'shop.data.total_is_positive',
      ],
      name: ['raw', 'stg', 'total', 'not_null_stg_id', 'unique_stg_id', 'total_is_positive'],
      path: [
        'seeds/raw.csv',
        'models/staging/stg.sql',
        'models/marts/total.sql',
        'models/shop.yaml',
        'models/shop.yaml',
        'tests/data/total_is_positive.sql',
      ],
    };
    for (const [form, lines] of Object.entries(forms)) {
      const result = await project.tx(['ls', '--output', form]);
      expect([...linesOf(result.stdout)].sort(), form).toEqual([...lines].sort());
      expect({ ...result, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    const { stdout } = await project.tx(['ls', '--output', 'selector']);
    expect((await project.tx(['list'])).stdout).toBe(stdout);
    expect((await project.tx(['ls', '--output', 'text'])).stdout).toBe(stdout);
  });

  it('prints JSON objects with the keys that dbt users read', async () => {
    const project = await shop();
    const { stdout } = await project.tx(['ls', '-s', 'total', '--resource-type', 'model', '--output', 'json']);
    const [line = '', ...rest] = linesOf(stdout);
    expect(rest).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      name: 'total',
      unique_id: 'model.shop.total',
      resource_type: 'model',
      package_name: 'shop',
      original_file_path: 'models/marts/total.sql',
      tags: ['nightly'],
      config: { materialized: 'table' },
      depends_on: { nodes: ['model.shop.stg'] },
    });
  });

  it('prints the keys that are asked for, in that order, values inside objects too', async () => {
    const project = await shop({ 'models/s.yaml': 'sources: [{name: web, tables: [{name: visits}]}]\n' });
    const objects = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> => {
      const { stdout, stderr, code } = await project.tx(['ls', '-s', 'total', 'source:web', ...args], { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return linesOf(stdout).filter((line) => !line.includes('total_is_positive'));
    };
    const expected = ['{"name":"visits","config.materialized":null}', '{"name":"total","config.materialized":"table"}'];
    expect(await objects(['--output', 'json', '--output-keys', 'name', 'config.materialized'])).toEqual(expected);
    expect(await objects(['--output-keys', 'name,config.materialized'])).toEqual(expected);
    expect(await objects([], { TX_OUTPUT_KEYS: 'name config.materialized' })).toEqual(expected);
    // A key that nodes of a kind do not have is left out of their lines.
    expect(await objects(['--output-keys', 'name freshness raw_code'])).toEqual([
      '{"name":"visits","freshness":null}',
      `{"name":"total","raw_code":${JSON.stringify(SHOP['models/marts/total.sql'])}}`,
    ]);
    // The flag is stronger than the variable of another form; two flags contradict each other.
    expect(await objects(['--output-keys', 'name,config.materialized'], { TX_OUTPUT: 'name' })).toEqual(expected);
    for (const form of ['text', 'name', 'path', 'gaps']) {
      const refused = await project.tx(['ls', '--output', form, '--output-keys', 'name']);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(`\`--output\` cannot be \`${form}\`: it has no keys, and \`--output-keys\` asks for some`);
    }
    const mistaken = await project.tx(['ls', '--output-keys', 'nmae']);
    expect(mistaken).toMatchObject({ code: 2, stdout: '' });
    expect(mistaken.stderr).toContain('did you mean `name`?');
  });

  it('prints sources by their table, with what they come from', async () => {
    const project = await shop({ 'models/s.yaml': 'sources: [{name: web, schema: main, tables: [{name: raw}]}]\n' });
    const { stdout } = await project.tx(['ls', '-s', 'source:*', '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'raw',
      source_name: 'web',
      alias: 'raw',
      schema: 'main',
      unique_id: 'source.shop.web.raw',
      original_file_path: 'models/s.yaml',
      depends_on: { nodes: ['seed.shop.raw'] },
    });
  });

  it('prints selectors that select exactly their node', async () => {
    const project = await shop();
    for (const selector of linesOf((await project.tx(['ls'])).stdout)) {
      expect((await project.tx(['ls', '-s', selector, '--indirect-selection', 'empty'])).stdout).toBe(`${selector}\n`);
    }
  });

  it('prints nothing, and says so beside, when a method selects nothing', async () => {
    const project = await shop();
    const result = await project.tx(['ls', '-s', 'tag:hourly']);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('warning selection-empty  --select:1:1\n');
    expect(result.code).toBe(0);
  });

  it('writes and opens nothing', async () => {
    const project = await shop();
    await project.tx(['ls']);
    expect((await project.tx(['ls'], { in: 'models/staging' })).code).toBe(0);
    const { filesBelow } = await import('./shop.ts');
    expect(filesBelow(project.root).filter((path) => /^target|duckdb/.test(path))).toEqual([]);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`models/many/model_with_a_long_name_${index}.sql`, 'select 1 as id\n']),
    );
    const project = await shop(files);
    const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'ls', '--output', 'json'], {
      cwd: project.root,
      env: plainEnvironment(),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    // The code comes as `unknown` from the event.
    const [code] = (await once(child, 'close')) as [number | null];
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const all = await project.tx(['ls', '--resource-type', 'model', '--output', 'json']);
    expect(linesOf(all.stdout)).toHaveLength(3002);
  });

  it('fails when the list cannot be written', async ({ skip }) => {
    const { existsSync } = await import('node:fs');
    if (!existsSync('/dev/full')) skip('this system has no /dev/full');
    const project = await shop();
    const child = spawn('sh', ['-c', `exec "${process.execPath}" "${join(REPOSITORY, 'bin', 'tx.cjs')}" ls > /dev/full`], {
      cwd: project.root,
      env: plainEnvironment(),
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(1);
  });
});
