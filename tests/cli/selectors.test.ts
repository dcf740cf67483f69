import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { linesOf, PROJECT, shop } from './shop.ts';

const SELECTORS = `selectors:
  - name: nightly
    default: '{{eq target.name "prod"}}'
    definition: {tag: nightly}
  - name: above
    definition: +selector:nightly
`;
const TARGETS = `${PROJECT}  prod: { type: duckdb, path: prod.duckdb, schema: main }
default_target: dev
`;

describe('--selector', () => {
  it('takes the place of a selection, by flag and by variable', async () => {
    const project = await shop({ 'selectors.yaml': SELECTORS });
    const models = ['--resource-type', 'model'];
    expect(linesOf((await project.tx(['ls', '--selector', 'above', ...models])).stdout)).toEqual(['shop.staging.stg', 'shop.marts.total']);
    const byVariable = await project.tx(['ls', ...models], { env: { TX_SELECTOR: 'nightly' } });
    expect(byVariable).toEqual({ code: 0, stdout: 'shop.marts.total\n', stderr: '' });
    const built = await project.tx(['build', '--selector', 'above', '--quiet']);
    expect(built.code).toBe(0);
    expect(await project.rows('select total from main.total')).toEqual([['60']]);
  });

  it('cannot stand beside a selection, unless only one of them is a flag: that counts', async () => {
    const project = await shop({ 'selectors.yaml': SELECTORS });
    const result = await project.tx(['ls', '--selector', 'nightly', '--select', 'stg']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
    expect(result.stderr).toContain('error selector-and-select');
    const models = ['ls', '--resource-type', 'model'];
    expect((await project.tx([...models, '--selector', 'nightly'], { env: { TX_SELECT: 'stg' } })).stdout).toBe('shop.marts.total\n');
    expect((await project.tx([...models, '--select', 'stg'], { env: { TX_SELECTOR: 'nightly' } })).stdout).toBe('shop.staging.stg\n');
  });

  it('reads selectors.yml from any folder of the project', async () => {
    const project = await shop({ 'selectors.yml': SELECTORS });
    expect((await project.tx(['ls', '--selector', 'nightly', '--resource-type', 'model'], { in: 'models/marts' })).stdout).toBe(
      'shop.marts.total\n',
    );
  });

  it('has a default that a target decides, which every selection replaces', async () => {
    const project = await shop({ 'project.yaml': TARGETS, 'selectors.yaml': SELECTORS });
    const list = async (...args: readonly string[]): Promise<{ lines: number; note: string }> => {
      const { stdout, stderr, code } = await project.tx(['ls', '--resource-type', 'model', 'seed', ...args]);
      expect(code).toBe(0);
      return { lines: linesOf(stdout).length, note: stderr };
    };
    expect(await list()).toEqual({ lines: 3, note: '' });
    expect(await list('--target', 'prod')).toEqual({ lines: 1, note: 'selector: nightly, the default of the project\n' });
    expect(await list('--target', 'prod', '--select', '*')).toEqual({ lines: 3, note: '' });
    expect(await list('--target', 'prod', '--exclude', 'stg')).toEqual({ lines: 2, note: '' });
  });
});

describe('the rule for tests', () => {
  const testsOf = async (flags: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> => {
    const project = await shop({ 'project.yaml': `${PROJECT}${flags}` });
    const { stdout, stderr } = await project.tx(['ls', '-s', 'stg', 'total', '--resource-type', 'test', ...args], { env });
    expect(stderr).toBe('');
    return linesOf(stdout).length;
  };
  const empty = 'flags: { indirect_selection: empty }\n';

  it('stands in project.yaml, is overruled by the variable, and that by the flag', async () => {
    expect(await testsOf('', [])).toBe(3);
    expect(await testsOf(empty, [])).toBe(0);
    expect(await testsOf(empty, [], { TX_INDIRECT_SELECTION: 'eager' })).toBe(3);
    expect(await testsOf(empty, ['--indirect-selection', 'empty'], { TX_INDIRECT_SELECTION: 'eager' })).toBe(0);
  });
});

describe('result:', () => {
  it('selects by the last run, or by a copy of its folder', async () => {
    const project = await shop({ 'models/bad.sql': 'select * from nowhere\n' });
    expect((await project.tx(['build', '--no-analyze'])).code).toBe(1);
    expect((await project.tx(['ls', '-s', 'result:error'])).stdout).toBe('shop.bad\n');
    cpSync(project.path('target'), project.path('before'), { recursive: true });
    project.write('models/bad.sql', 'select 1 as x\n');
    expect((await project.tx(['run', '-s', 'result:error'])).code).toBe(0);
    expect(await project.tx(['ls', '-s', 'result:error'])).toMatchObject({ code: 0, stdout: '' });
    expect((await project.tx(['ls', '-s', 'result:error', '--state', '../before'], { in: 'models' })).stdout).toBe('shop.bad\n');
    expect((await project.tx(['ls', '-s', 'result:error'], { env: { TX_STATE: 'before' } })).stdout).toBe('shop.bad\n');
  });
});
