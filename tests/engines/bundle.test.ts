/** An engine whose driver is a library becomes part of the program, with the files that it reads. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { REPOSITORY, runProgram, tempFolder } from '../support/tx.ts';

const database = useTestDatabase();

interface Bundler {
  readonly bundle: (entry: string, outdir: string) => Promise<number>;
}

/** Loads the bundled engine, parses by it, opens a database, and tells when which library was there. */
const script = `
  import { engine } from './main.js';
  const adapter = await engine.load();
  const analyzer = await adapter.openAnalyzer();
  const problem = await analyzer.checkQuery('select 1; drop table x');
  const target = { name: 'dev', type: 'postgres', schema: 'public', threads: 1, settings: { url: process.argv[2] } };
  const session = await adapter.open({ target, projectRoot: '/', connections: 1, readOnly: false });
  const connection = await session.connect();
  await connection.run({ sql: 'create temp table t (a text)' });
  const rows = await connection.load({ table: { schema: 'pg_temp', name: 't' }, columns: [{ name: 'a', type: 'text' }], rows: [['x'], [null]] });
  const { rows: counted } = await connection.query({ sql: 'select count(a) from t' });
  await session.close();
  console.log(JSON.stringify([problem.kind, rows, counted]));
`;

describe('the bundle', () => {
  it('parses, connects and loads far from the packages that it was made of', async () => {
    const folder = tempFolder();
    const outdir = join(folder, 'dist');
    const entry = join(folder, 'entry.ts');
    writeFileSync(entry, `export { engine } from '${pathToFileURL(join(REPOSITORY, 'src/adapters/postgres/engine.ts')).pathname}';\n`);
    // The script is plain JavaScript without types.
    const { bundle } = (await import(pathToFileURL(join(REPOSITORY, 'scripts/build.mjs')).href)) as Bundler;
    await bundle(entry, outdir);
    expect(existsSync(join(outdir, 'libpg-query.wasm'))).toBe(true);
    const licences = readFileSync(join(outdir, 'third-party-licences.txt'), 'utf8');
    for (const name of ['pg ', 'pg-protocol ', 'pg-copy-streams ', 'libpg-query ', 'pgpass ']) expect(licences).toContain(`\n${name}`);
    writeFileSync(join(outdir, 'try.mjs'), script);
    const result = await runProgram(process.execPath, [join(outdir, 'try.mjs'), database.url()], { cwd: folder });
    expect(result).toEqual({ code: 0, stdout: `${JSON.stringify(['several-statements', 2, [[1]]])}\n`, stderr: '' });
  });
});
