/** A PostgreSQL server for the cases that need one, and the databases on it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  /** Milliseconds that the processes of all connections have used which have ended; 0 where the system does not tell. */
  const usedMs = () => {
    // The first process takes note of the others a moment after they ended.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    try {
      const fields = readFileSync(`/proc/${server.pid()}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return (Number(fields[13]) + Number(fields[14])) * 10;
    } catch {
      return 0;
    }
  };
  return {
    urlOf,
    run,
    /** The side of a case with one more figure: CPU of the server, as `serverMs`. */
    watched: ({ prepare, figures, ...side }) => {
      let before = 0;
      return {
        ...side,
        prepare: async () => {
          await prepare();
          before = usedMs();
        },
        figures: (stdout) => ({ ...figures?.(stdout), serverMs: Math.max(1, usedMs() - before) }),
      };
    },
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
