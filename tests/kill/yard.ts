/** Where databases are made, copied and looked at: files in a folder, or databases of a server. */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from '../../src/adapter/adapter.ts';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { disk } from '../../src/project/disk.ts';
import { placedFiles } from '../../src/project/placed-files.ts';
import { openFile } from './drive.ts';
import { postgresFunctions } from './operations.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

export interface Yard {
  readonly engine: 'duckdb' | 'postgres';
  readonly adapter: Adapter;
  /** An empty database. */
  readonly create: () => Promise<string>;
  readonly copy: (base: string) => Promise<string>;
  readonly remove: (database: string) => Promise<void>;
  /** What a database holds after a process died on it, without changing what the next run will meet. */
  readonly peek: (database: string) => Promise<Snapshot>;
  /** What lies beside the database and should not. */
  readonly leftovers: (database: string) => readonly string[];
  readonly close: () => Promise<void>;
}

export async function execute(adapter: Adapter, database: string, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const session = await openFile(adapter, database);
  try {
    const connection = await session.connect();
    for (const sql of statements) await connection.run({ sql });
  } finally {
    await session.close();
  }
}

/** The folder beside a database in which models keep their files. */
const output = 'target';

function copyFiles(from: string, to: string): void {
  if (existsSync(join(from, output))) cpSync(join(from, output), join(to, output), { recursive: true, preserveTimestamps: true });
}

/** Each file has a folder of its own, so that whatever else turns up beside it is seen. */
export function openFileYard(root: string): Promise<Yard> {
  let count = 0;
  const place = (): string => {
    count += 1;
    const folder = join(root, `place-${count}`);
    mkdirSync(folder);
    return join(folder, 'w.duckdb');
  };
  return Promise.resolve({
    engine: 'duckdb',
    adapter: duckdb,
    create: () => Promise.resolve(place()),
    copy: (base) => {
      const database = place();
      if (existsSync(base)) copyFileSync(base, database);
      copyFiles(dirname(base), dirname(database));
      return Promise.resolve(database);
    },
    remove: (database) => Promise.resolve(rmSync(dirname(database), { recursive: true, force: true })),
    // A copy is looked at, so that the next run itself meets the file and its log as the dead process left them.
    peek: async (database) => {
      const folder = mkdtempSync(join(tmpdir(), 'tx-kill-copy-'));
      try {
        const copy = join(folder, 'w.duckdb');
        copyFiles(dirname(database), folder);
        // A folder that was on its way is put back by whoever comes next, before it looks.
        placedFiles(disk, folder).mend(`${output}/external/main/a`);
        for (const suffix of ['', '.wal']) if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
        return await takeSnapshot(duckdb, copy);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    leftovers: (database) => [
      ...readdirSync(dirname(database)).filter((name) => name !== 'w.duckdb' && name !== output),
      ...(existsSync(join(dirname(database), output)) ? readdirSync(join(dirname(database), output), { recursive: true }) : [])
        .map(String)
        .filter((name) => name.includes('.tx-')),
    ],
    close: () => Promise.resolve(),
  });
}

/** How long a server may go on with what a dead process had asked for. */
const orphanMs = 6000;

/** Databases beside the one of `url`, which belongs to the test file. */
export function openServerYard(url: string): Yard {
  let count = 0;
  const made: string[] = [];
  const urlOf = (name: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const nameOf = (database: string): string => new URL(database).pathname.slice(1);
  const create = async (template: string): Promise<string> => {
    count += 1;
    const name = `${nameOf(url)}_${count}`;
    await execute(postgres, url, [`create database ${name} template ${template}`]);
    made.push(name);
    return urlOf(name);
  };
  const drop = (name: string): Promise<void> => execute(postgres, url, [`drop database if exists ${name} with (force)`]);
  return {
    engine: 'postgres',
    adapter: postgres,
    create: async () => {
      const database = await create('template0');
      await execute(postgres, database, [...postgresFunctions, 'create schema main']);
      return database;
    },
    copy: (base) => create(nameOf(base)),
    remove: (database) => drop(nameOf(database)),
    peek: async (database) => {
      const session = await openFile(postgres, database);
      try {
        const connection = await session.connect();
        const others = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
        const deadline = performance.now() + orphanMs;
        while (Number((await connection.query({ sql: others })).rows[0]?.[0]) > 0) {
          if (performance.now() > deadline) throw new Error('the server goes on with what a dead process had asked for');
          await sleep(10);
        }
      } finally {
        await session.close();
      }
      return takeSnapshot(postgres, database);
    },
    leftovers: () => [],
    close: async () => {
      for (const name of made) await drop(name);
    },
  };
}
