/** A project on a real database of one engine, run in this process as the program runs it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Adapter, OpenOptions } from '../../src/adapter/adapter.ts';
import type { Cell, Connection, Session } from '../../src/adapter/connection.ts';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { runProgram } from '../../src/cli/program.ts';
import { disk } from '../../src/project/disk.ts';
import { hostInProcess } from '../support/host-in-process.ts';
import { REPOSITORY } from '../support/tx.ts';

export interface TxEnd {
  readonly exit: number;
  /** All that it printed, result and messages. */
  readonly text: string;
}

export interface EngineProject {
  readonly write: (files: Readonly<Record<string, string>>) => void;
  readonly read: (path: string) => string;
  /** Where a path of the project is. */
  readonly at: (path: string) => string;
  readonly remove: (path: string) => void;
  /** Runs a command such as `build --full-refresh` with its words in a list, or parted by single spaces; its clock starts at `at`. */
  readonly tx: (line: string | readonly string[], at?: string) => Promise<TxEnd>;
  readonly rows: (sql: string) => Promise<readonly (readonly Cell[])[]>;
  /** Comments on relations of the schema `main` by name, and on columns by `relation.column`. */
  readonly comments: () => Promise<Readonly<Record<string, string>>>;
  readonly run: (...statements: readonly string[]) => Promise<void>;
  /** How its database is reached. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** An engine, and how to get an empty database of it. */
export interface ProjectEngine {
  readonly name: string;
  readonly adapter: Adapter;
  /** Whether tests may make accounts on its server. */
  readonly isOwn: () => boolean;
  /** A project in a new folder, over a database without any relation; both go away with the test. */
  readonly project: (files: Readonly<Record<string, string>>, settings?: string) => Promise<EngineProject>;
}

/** All engines. To be called where the suite of a file is declared, inside a `describe`. */
export function useProjectEngines(): readonly ProjectEngine[] {
  const database = useTestDatabase();
  return [
    {
      name: 'duckdb',
      adapter: duckdb,
      isOwn: () => true,
      project: (files, more) => openProject(duckdb, { path: 'warehouse.duckdb' }, files, more),
    },
    {
      name: 'postgres',
      adapter: postgres,
      isOwn: database.embedded,
      project: async (files, more) => {
        const project = await openProject(postgres, { url: database.url() }, files, more);
        await project.run(
          `do $$ declare s text; begin for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop execute format('drop schema %I cascade', s); end loop; end $$`,
        );
        return project;
      },
    },
  ];
}

/** The embedded one; all with `npm run test:long`. For what is planned the same on every engine. */
export function useFirstEngine(engines = useProjectEngines()): readonly ProjectEngine[] {
  return process.env['TX_TEST_LONG'] === undefined ? engines.slice(0, 1) : engines;
}

/** Rows with the columns in the order of the table, as text. */
export async function rowsAsText(project: EngineProject, relation: string): Promise<string> {
  const rows = await project.rows(`select * from ${relation}`);
  return rows
    .map((row) => row.join('|'))
    .toSorted()
    .join('\n');
}

/** A project in schemas of its own, so that one database holds it beside the other. */
export async function openWhole({ adapter, project: open }: ProjectEngine): Promise<EngineProject> {
  const project = await open({});
  const target = { type: adapter.dialect.engine, schema: 'whole', threads: 2, ...project.settings };
  project.write({ 'project.yaml': `name: shop\nstate_schema: _tx_whole\ntargets:\n  dev: ${JSON.stringify(target)}\n` });
  return project;
}

const commentQueries: Readonly<Record<string, string>> = {
  duckdb: `select table_name, comment from duckdb_tables() where schema_name = 'main' and comment is not null
    union all select view_name, comment from duckdb_views() where schema_name = 'main' and comment is not null
    union all select table_name || '.' || column_name, comment from duckdb_columns() where schema_name = 'main' and comment is not null`,
  postgres: `select c.relname || coalesce('.' || a.attname, ''), d.description from pg_description d join pg_class c on c.oid = d.objoid
    join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
    where n.nspname = 'main'`,
};

async function openProject(
  adapter: Adapter,
  settings: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  more = '',
): Promise<EngineProject> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tx-engine-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (added: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(added)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  const target = { type: adapter.dialect.engine, schema: 'main', threads: 2, ...settings };
  write({ 'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify(target)}\n${more}\n`, ...files });
  const options: OpenOptions = {
    target: { name: 'dev', type: target.type, schema: target.schema, threads: 2, settings },
    projectRoot: root,
    connections: 1,
    readOnly: false,
  };
  // Commands share it while it is open, which is a tenth of the work of opening a database anew for each of them.
  let opened: Promise<Session> | undefined;
  const close = async (): Promise<void> => {
    await (await opened)?.close();
    opened = undefined;
  };
  onTestFinished(close);
  const inDatabase = async <T>(job: (session: Session) => Promise<T>): Promise<T> => {
    opened ??= adapter.open(options);
    return job(await opened);
  };
  const onConnection = <T>(job: (connection: Connection) => Promise<T>): Promise<T> =>
    inDatabase(async (session) => {
      const connection = await session.connect();
      try {
        return await job(connection);
      } finally {
        await connection.close();
      }
    });
  const rows = (sql: string) => onConnection(async (connection) => (await connection.query({ sql })).rows);
  return Promise.resolve({
    settings,
    write,
    at: (path: string) => join(root, path),
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    remove: (path: string) => rmSync(join(root, path), { recursive: true }),
    tx: (line, at) => runTx(root, typeof line === 'string' ? line.split(' ') : line, at),
    rows,
    comments: async () =>
      Object.fromEntries((await rows(commentQueries[target.type] ?? '')).map(([name, comment]) => [String(name), String(comment)])),
    run: (...statements: readonly string[]) =>
      onConnection(async (connection) => {
        for (const sql of statements) await connection.run({ sql });
      }),
  });
}

async function runTx(root: string, args: readonly string[], at?: string): Promise<TxEnd> {
  const late = at === undefined ? 0 : Date.parse(at) - Date.now();
  const { host, text } = hostInProcess({ root, files: disk, packageRoot: REPOSITORY, late });
  const exit = await runProgram(host, args);
  return { exit, text: text() };
}
