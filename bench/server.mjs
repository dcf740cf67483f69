/** A PostgreSQL server for the cases that need one, and the databases on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';

/** The server of the tests, from the package that brings its binaries. */
const source = new URL('../tests/support/embedded-server.ts', import.meta.url);

let started;

async function start() {
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'tx-bench-server-'));
  const outfile = join(folder, 'server.mjs');
  try {
    await build({
      entryPoints: [fileURLToPath(source)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // It finds its package and its files from where it stands.
      define: { 'import.meta.url': JSON.stringify(source.href) },
      logLevel: 'error',
    });
    const { startEmbeddedServer } = await import(pathToFileURL(outfile).href);
    return await startEmbeddedServer();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the server if nobody has. */
export async function useServer() {
  started ??= start();
  const server = await started;
  const urlOf = (database) => new URL(`/${database}?sslmode=disable`, server.url).href;
  const run = async (database, statements) => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return {
    urlOf,
    run,
    /** Puts a fresh copy of a database in place; without one, an empty database. */
    restore: (from, to) =>
      run('postgres', [
        `drop database if exists ${to} with (force)`,
        `create database ${to} template ${from ?? 'template0'}${from === undefined ? '' : ' strategy file_copy'}`,
      ]),
  };
}

/** Ends the server, if there is one. */
export async function stopServer() {
  await (await started)?.stop();
}
