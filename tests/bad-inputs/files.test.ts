import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainEnvironment, REPOSITORY, runProgram } from '../support/tx.ts';
import type { TxResult } from '../support/tx.ts';
import { badProject, blocks, filesBelow, run, SCREEN } from './bad-input.ts';

const ROOT = process.getuid?.() === 0;

/** Runs `tx` as a user whom file modes stop: the super-user reads everything. */
async function runAsNobody(root: string, args: readonly string[]): Promise<TxResult> {
  if (!ROOT) return await run({ root }, args);
  chmodSync(root, 0o777);
  const command = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(REPOSITORY, 'bin', 'tx.cjs'), ...args];
  return await runProgram('setpriv', command, { cwd: root, env: plainEnvironment(SCREEN) });
}

async function canBecomeNobody(): Promise<boolean> {
  if (process.platform === 'win32') return false;
  if (!ROOT) return true;
  const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(REPOSITORY, 'bin', 'tx.cjs'), '--version'];
  const result = await runProgram('setpriv', args, { cwd: '/' }).catch(() => undefined);
  return result?.code === 0;
}

describe('files and folders', () => {
  it('row 24: links that loop, lead out of the project or to nothing', async () => {
    const project = await badProject({ 'models/good.sql': 'select 1 as id\n' });
    mkdirSync(join(project.root, 'models', 'sub'));
    symlinkSync('..', join(project.root, 'models', 'sub', 'loop'));
    symlinkSync('self', join(project.root, 'models', 'self'));
    symlinkSync('nothing.sql', join(project.root, 'models', 'gone.sql'));
    symlinkSync(join(REPOSITORY, 'package.json'), join(project.root, 'models', 'out.sql'));
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error link-broken  models/gone.sql',
        '  link `models/gone.sql` leads to nothing',
        '  help  remove the link, or make what it points to',
      ],
      [
        'error link-outside-project  models/out.sql',
        '  link `models/out.sql` leads out of the project',
        '  help  copy the files into the project',
      ],
      ['error link-loop  models/self', '  link `models/self` leads back to a folder that it is in', '  help  remove the link'],
      ['error link-loop  models/sub/loop', '  link `models/sub/loop` leads back to a folder that it is in', '  help  remove the link'],
    ]);
    expect(code).toBe(2);
  });

  it('row 24: a link inside the project is followed', async () => {
    const project = await badProject({ 'models/good.sql': 'select 1 as id\n', 'shared/more.sql': 'select 2 as id\n' });
    symlinkSync('../shared', join(project.root, 'models', 'shared'));
    expect((await run(project, ['ls', '--output', 'path'])).stdout).toBe('models/good.sql\nmodels/shared/more.sql\n');
  });

  it('row 25: a file and a folder that may not be read', async ({ skip }) => {
    if (!(await canBecomeNobody())) skip('file modes do not stop this user, and it cannot become another');
    const project = await badProject({ 'models/a.sql': 'select 1 as id\n', 'models/closed/b.sql': 'select 2 as id\n' });
    chmodSync(join(project.root, 'models', 'a.sql'), 0o000);
    chmodSync(join(project.root, 'models', 'closed'), 0o000);
    const { code, stderr } = await runAsNobody(project.root, ['build']);
    chmodSync(join(project.root, 'models', 'closed'), 0o755);
    expect(blocks(stderr)).toEqual([
      [
        'error file-unreadable  models/a.sql',
        '  cannot read `models/a.sql`: permission denied (EACCES)',
        '  help  give your user the right to read it',
      ],
      [
        'error file-unreadable  models/closed',
        '  cannot read `models/closed`: permission denied (EACCES)',
        '  help  give your user the right to read it',
      ],
    ]);
    expect(code).toBe(2);
    expect(filesBelow(project.root)).toEqual(['models/a.sql', 'models/closed/b.sql', 'project.yaml']);
  });

  it('row 43: a seed beyond the size cap is refused before it is read', async () => {
    const project = await badProject({ 'seeds/big.csv': 'a\n1\n' });
    // A file with a hole: it takes no room on the disk.
    truncateSync(join(project.root, 'seeds', 'big.csv'), 3 * 1024 ** 3);
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error seed-too-large  seeds/big.csv',
        '  `seeds/big.csv` has 3072 MiB, and a seed may have 100 MiB',
        '  help  declare the file as a source, which the engine reads in place',
      ],
    ]);
    expect(code).toBe(2);
  });

  it('row 65: a chain of 10,000 models', async () => {
    const project = await badProject({});
    mkdirSync(join(project.root, 'models'));
    for (let index = 0; index < 10_000; index += 1) {
      writeFileSync(
        join(project.root, 'models', `m${index}.sql`),
        index === 0 ? 'select 1 as id\n' : `select id from {{ref "m${index - 1}"}}\n`,
      );
    }
    const result = await run(project, ['ls', '-s', '+m9999', '--output', 'name']);
    expect(result.stderr).toBe('');
    expect(result.stdout.split('\n').slice(-3)).toEqual(['m9998', 'm9999', '']);
    expect(result.stdout.split('\n')).toHaveLength(10_001);
  });

  it('row 65: a chain of 300 ephemeral models is one query', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `models/m${index}.sql`,
        `{{config materialized="ephemeral"}}\n${index === 0 ? 'select 1 as id' : `select id + 1 as id from {{ref "m${index - 1}"}}`}\n`,
      ]),
    );
    const project = await badProject({ ...files, 'models/last.sql': 'select * from {{ref "m299"}}\n' });
    expect((await run(project, ['build', '-q'])).code).toBe(0);
    expect((await run(project, ['show', '-s', 'last', '--output', 'csv', '-q'])).stdout).toBe('id\n300\n');
  });
});
