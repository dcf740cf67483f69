import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { failureOf, openTestConnection } from './open-test-session.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tx-file-errors-')));
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  const files: Readonly<Record<string, string | Buffer>> = {
    'word.csv': 'id,amt\n1,10\n2,secret\n',
    'long.csv': `id,amt\n1,10\n2,${'x'.repeat(300)}\n`,
    'late.csv': `id,amt\n${'1,1\n'.repeat(30_000)}2,secret\n`,
    'wide.csv': 'id,amt\n1,10\n2,secret,4\n',
    'short.csv': 'id,amt\n1,10\n2\n',
    'open.csv': 'id,amt\n1,10\n2,"secret\n',
    'latin.csv': Buffer.from('id,amt\n1,10\n2,\xffsecret\n', 'latin1'),
    'bad.json': '{"id":1}\n{"id":secret}\n',
    'word.json': '{"id":1}\n{"id":"secret"}\n',
    'word.parquet': 'secret'.repeat(40),
    'small.parquet': 'secret',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function fail(sql: string, before?: string): Promise<EngineErrorDetails> {
  const connection = await openTestConnection();
  if (before !== undefined) await connection.run({ sql: before });
  return failureOf(connection.query({ sql }));
}

const declared = `columns = {'id': 'int', 'amt': 'int'}`;

describe('a file with something in it that does not fit', () => {
  it.each([
    ['word.csv', `read_csv('%', ${declared})`, 'line 3, column `amt`: `secret` is no INTEGER'],
    ['long.csv', `read_csv('%', ${declared})`, `line 3, column \`amt\`: \`${'x'.repeat(60)}…\` is no INTEGER`],
    ['late.csv', `read_csv('%')`, 'line 30002, column `amt`: `secret` is no BIGINT'],
    ['short.csv', `read_csv('%', ${declared}, auto_detect = false, header = true)`, 'line 3: columns: 2 expected, 1 found'],
    ['open.csv', `read_csv('%', ${declared}, auto_detect = false, header = true, quote = '"')`, 'line 3: a quote is not closed'],
    ['word.json', `read_json('%', columns = {'id': 'int'})`, 'line 2: Failed to cast value to numerical: "secret"'],
  ])('%s has it at its place', async (name, reader, problem) => {
    const sql = `select sum(id), count(*) from ${reader.replace('%', path(name))} where 'é' = 'é' and columns(*) is not null`;
    const details = await fail(sql);
    expect(details).toMatchObject({ kind: 'file-content', message: `\`${path(name)}\` ${problem}`, position: sql.indexOf('read_') });
    expect(details.redacted).not.toMatch(/secret|xxx/);
  });

  it.each([
    ['wide.csv', `read_csv('%', ${declared})`, ': no delimiter and quotes fit all of its lines; 2 columns are declared and 3 found'],
    ['latin.csv', `read_csv('%')`, ' line 3: the text is not UTF-8'],
    ['bad.json', `read_json('%')`, / line \d, byte \d: malformed JSON, unexpected character$/],
    ['word.parquet', `read_parquet('%')`, ' is no Parquet file'],
    ['small.parquet', `read_parquet('%')`, ' is no Parquet file'],
  ])('%s is told in a line', async (name, reader, problem) => {
    const details = await fail(`select * from ${reader.replace('%', path(name))}`);
    expect(details.kind).toBe('file-content');
    const told = details.message.replace(`\`${path(name)}\``, '');
    if (typeof problem === 'string') expect(told).toBe(problem);
    else expect(told).toMatch(problem);
    expect(details.redacted).not.toContain('secret');
  });

  it('has its place at the reader that names it, or at the only one', async () => {
    const other = `read_csv('${path('late.csv')}', all_varchar = true)`;
    const sql = `select count(a.id) from ${other} a, read_csv('${path('word.csv')}', ${declared}) b where b.amt > 1`;
    expect((await fail(sql)).position).toBe(sql.lastIndexOf('read_csv'));
    const pattern = `select sum(amt) from read_csv('${path('wor*.csv')}', ${declared})`;
    expect((await fail(pattern)).position).toBe(pattern.indexOf('read_csv'));
  });

  it('has no place in a query that reads it through a view', async () => {
    const view = `create view v as select id, amt from read_csv('${path('word.csv')}', ${declared})`;
    const details = await fail('select sum(amt) from v where id > 1 and id > 1 and id > 1 and id > 1 and id > 1', view);
    expect(details).toMatchObject({ kind: 'file-content', name: 'amt' });
    expect(details.position).toBeUndefined();
  });
});
