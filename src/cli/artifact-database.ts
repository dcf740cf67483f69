/** Puts the artifacts of the last runs into a database in memory. */
import { join, resolve } from 'node:path';
import type { Connection, Session } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { errorCode } from '../project/read-text.ts';
import { artifactTables } from '../report/artifact-tables.ts';
import type { ArtifactTable, FieldKind } from '../report/artifact-tables.ts';
import { columnEdgesFile, isColumnEdges } from '../report/column-edges-artifact.ts';
import { parseObject } from '../report/parse-object.ts';
import { engines } from './engines.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';

type Json = Readonly<Record<string, unknown>>;

/** A folder with artifacts, absolute and as the user would write it. */
export interface ArtifactFolder {
  readonly absolute: string;
  readonly shown: string;
}

const types: Readonly<Record<FieldKind, string>> = {
  text: 'varchar',
  integer: 'bigint',
  double: 'double',
  boolean: 'boolean',
  timestamp: 'timestamp',
  list: 'varchar[]',
  json: 'json',
};

export interface ArtifactDatabase {
  readonly session: Session;
  readonly connection: Connection;
  readonly dialect: Dialect;
  /** Artifacts that are not there: their tables are empty. */
  readonly missing: readonly MissingArtifact[];
}

export interface MissingArtifact {
  readonly file: string;
  /** Matches a query that would use it. */
  readonly about: RegExp;
  /** What writes it. */
  readonly writer: string;
}

const catalogFile: MissingArtifact = {
  file: 'catalog.json',
  about: /\bcolumns\b|\brow_count\b/i,
  writer: '`tx docs` writes down what the database holds',
};
const resultsFile: MissingArtifact = { file: 'run_results.json', about: /\b(?:results|runs)\b/i, writer: 'every run writes its own' };

const edgesFile: MissingArtifact = {
  file: columnEdgesFile,
  about: /\bcolumn_edges\b/i,
  writer: '`tx docs` and `tx lineage` find out which column goes into which',
};

/** Every project can be looked at: the database is this program's own, whatever the target is. */
export async function openArtifactDatabase(host: Host, folder: ArtifactFolder, query: string): Promise<ArtifactDatabase> {
  const manifest = readArtifact(host, folder, 'manifest.json');
  if (manifest === undefined) {
    throw new Stop(exitCodes.usage, [diagnose('artifacts-missing', { path: `${folder.shown}/manifest.json` })]);
  }
  const [catalog, runResults] = [readArtifact(host, folder, catalogFile.file), readArtifact(host, folder, resultsFile.file)];
  // It may be large, and few queries name it.
  const columnEdges = edgesFile.about.test(query) ? readEdges(host, folder) : undefined;
  const engine = engines.find(({ type }) => type === 'duckdb') ?? bug('the program has lost its own database');
  const adapter = await engine.load();
  const target = { name: 'artifacts', type: engine.type, schema: 'main', threads: 1, settings: { path: ':memory:' } };
  const session = await adapter.open({ target, projectRoot: host.cwd, connections: 1, readOnly: false });
  try {
    const connection = await session.connect();
    for (const table of artifactTables({ manifest, catalog, runResults, columnEdges })) await loadTable(connection, table);
    const missing = [
      ...(catalog === undefined ? [catalogFile] : []),
      ...(runResults === undefined ? [resultsFile] : []),
      ...(columnEdges === undefined ? [edgesFile] : []),
    ];
    return { session, connection, dialect: adapter.dialect, missing };
  } catch (cause) {
    await session.close();
    throw cause;
  }
}

/** Names here are words of this program: none needs quotes but for being a word of SQL. */
async function loadTable(connection: Connection, { name, columns, rows }: ArtifactTable): Promise<void> {
  const raw = { schema: 'main', name: `_raw_${name}` };
  const list = columns.map((column) => ({ name: column.name, type: 'varchar' }));
  await connection.run({ sql: `create table main."${raw.name}" (${list.map((column) => `"${column.name}" varchar`).join(', ')})` });
  await connection.load({ table: raw, columns: list, rows });
  const cast = ({ name: column, kind }: ArtifactTable['columns'][number]): string =>
    `cast(${kind === 'list' ? `cast("${column}" as json)` : `"${column}"`} as ${types[kind]}) as "${column}"`;
  await connection.run(
    { sql: `create table main."${name}" as select ${columns.map(cast).join(', ')} from main."${raw.name}"` },
    { sql: `drop table main."${raw.name}"` },
  );
}

function readEdges(host: Host, folder: ArtifactFolder): Json | undefined {
  const found = readArtifact(host, folder, edgesFile.file);
  if (found === undefined || isColumnEdges(found)) return found;
  const path = `${folder.shown}/${edgesFile.file}`;
  throw new Stop(exitCodes.usage, [diagnose('artifact-unreadable', { path, reason: 'another version of tx wrote it: run `tx docs`' })]);
}

function readArtifact(host: Host, { absolute, shown }: ArtifactFolder, name: string): Json | undefined {
  const path = join(absolute, name);
  const refuse = (reason: string): Stop =>
    new Stop(exitCodes.usage, [diagnose('artifact-unreadable', { path: `${shown}/${name}`, reason })]);
  if (host.files.stat(path) === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder().decode(host.files.readBytes(path));
  } catch (thrown) {
    throw refuse(errorCode(thrown));
  }
  const found = parseObject(text);
  if (found === undefined) throw refuse('it is not an artifact of a run');
  return found;
}

/** The folder of `--state`, or the target folder of the project. */
export function artifactFolder(host: Host, root: string, target: string, state: string | undefined): ArtifactFolder {
  if (state === undefined) return { absolute: join(root, target), shown: target };
  return { absolute: resolve(host.cwd, state), shown: state.replace(/[\\/]+$/, '') };
}
