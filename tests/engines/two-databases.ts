/** A project with two targets in two databases of one server, which no query reads together. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { adapter } from '../../src/adapters/postgres/adapter.ts';
import { openTestSession } from '../../src/adapters/postgres/open-test-session.ts';
import { tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

/** Runs statements in the database of an address. */
export async function runIn(url: string, ...statements: readonly string[]): Promise<void> {
  const session = await adapter.open({
    target: { name: 'dev', type: 'postgres', schema: 'public', threads: 1, settings: { url } },
    projectRoot: '/',
    connections: 1,
    readOnly: false,
  });
  const connection = await session.connect();
  for (const sql of statements) await connection.run({ sql });
  await session.close();
}

/** Two targets in two databases, the other of which sorts by another language where the server can. */
export async function twoDatabases(
  database: { readonly url: () => string },
  files: Readonly<Record<string, string>>,
): Promise<{ readonly project: TempProject; readonly other: string }> {
  const name = `tx_other_${randomBytes(6).toString('hex')}`;
  const other = new URL(database.url());
  other.pathname = `/${name}`;
  const session = await openTestSession({ url: database.url() });
  const connection = await session.connect();
  await connection.run({ sql: `create database ${name} template template0 locale_provider builtin builtin_locale 'C'` });
  onTestFinished(async () => {
    const last = await openTestSession({ url: database.url() });
    await (await last.connect()).run({ sql: `drop database if exists ${name} with (force)` });
  });
  const target = (url: string): object => ({ type: 'postgres', schema: 'shop', url, threads: 1 });
  const targets = { dev: target(database.url()), prod: target(other.href), lost: target(other.href.replace(name, `${name}_no`)) };
  const project = await tempProject({
    'project.yaml': `name: shop\ndefault_target: dev\ntargets: ${JSON.stringify(targets)}\n`,
    ...files,
  });
  return { project, other: other.href };
}
