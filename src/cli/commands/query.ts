/** `tx query`: SQL over the artifacts of the last runs. The target is not asked. */
import type { ResultSet } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { embed } from '../../adapter/statement.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { CompiledText } from '../../compile/compiled.ts';
import { verbatimText } from '../../compile/compiled-text.ts';
import { engineDiagnostic } from '../../compile/engine-diagnostic.ts';
import { finishQuery } from '../../compile/query-text.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { renderCsv, renderJsonRows, renderTable } from '../../report/tables.ts';
import { artifactFolder, openArtifactDatabase } from '../artifact-database.ts';
import type { ArtifactFolder } from '../artifact-database.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { openProject } from '../load-graph.ts';
import { nestedColumns } from '../nested-columns.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { listenForCancel } from '../signals.ts';

export interface QueryOptions extends ProjectOptions, OutputOptions {
  readonly args: readonly string[];
  /** Folder with the artifacts of another run. */
  readonly state?: string;
  /** Without it all rows for programs, and the first ones for people. */
  readonly limit?: number;
  readonly output: 'text' | 'json' | 'csv';
}

/** The place under which mistakes in the query are shown. */
const queryPath = 'query';
const rowsForPeople = 100;
const forModels: ReadonlySet<string> = new Set(['several-statements', 'not-a-select', 'empty-model']);

export async function queryCommand(host: Host, screen: Screen, options: QueryOptions): Promise<ExitCode> {
  const query = readQuery(screen, options.args[0] ?? '');
  const { project } = await openProject(host, screen, options);
  const cancellation = listenForCancel();
  try {
    const folder = artifactFolder(host, project.root, project.paths.target, options.state);
    const rows = await read(host, screen, { query, folder, options, signal: cancellation.signal });
    if (rows === undefined) return cancellation.exitCode();
    cancellation.dispose();
    show(screen, rows.found, rows.json, options);
    return exitCodes.ok;
  } finally {
    cancellation.dispose();
  }
}

/** One query and nothing else: nothing is written by asking. */
function readQuery(screen: Screen, sql: string): CompiledText {
  screen.addSources([{ path: queryPath, text: sql }]);
  const owner = { path: queryPath, node: undefined, what: 'the query' };
  const { text, diagnostics } = finishQuery(verbatimText(queryPath, sql), owner);
  if (diagnostics.length > 0) {
    // The advice for models would be about files and hooks.
    const advised = diagnostics.map((entry) =>
      forModels.has(entry.code) ? { ...entry, help: 'give one query, e.g. `select name from nodes`' } : entry,
    );
    throw new Stop(exitCodes.usage, advised);
  }
  return text;
}

interface Request {
  readonly query: CompiledText;
  readonly folder: ArtifactFolder;
  readonly options: QueryOptions;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly found: ResultSet;
  /** Which columns hold the text of JSON. */
  readonly json: readonly boolean[];
}

/** Undefined for a command that was cancelled. */
async function read(host: Host, screen: Screen, { query, folder, options, signal }: Request): Promise<Answer | undefined> {
  const { session, connection, dialect, missing } = await openArtifactDatabase(host, folder, query.sql);
  const asking = (list: string): Statement => embed(`select ${list} from (\n`, { node: queryPath, sql: query.sql }, '\n) as asked');
  let sent = asking('*');
  try {
    for (const { file, about, writer } of missing)
      if (about.test(query.sql)) screen.note(`there is no ${folder.shown}/${file}, so there is less to see: ${writer}`);
    signal.addEventListener('abort', () => connection.interrupt(), { once: true });
    const columns = options.output === 'json' ? (await connection.query(sent, 0)).columns : [];
    const nested = nestedColumns(dialect, columns);
    if (nested !== undefined) sent = asking(nested.list);
    return { found: await connection.query(sent, mostRows(options) + 1), json: nested?.json ?? [] };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    if (signal.aborted) return undefined;
    const origin = { node: undefined, text: query, span: { path: queryPath, start: 0, end: 0 }, compiledPath: undefined };
    const told = engineDiagnostic(cause.details, 'duckdb', sent, origin);
    throw new Stop(exitCodes.usage, [{ ...told, ...adviceOf(told, cause.details, query.sql) }]);
  } finally {
    await session.close();
  }
}

/** Who asks for tables of the project, or as a model does, is told where their rows are to be had. */
function adviceOf(
  { code, help }: Diagnostic,
  { candidates = [], name = 'stg_orders' }: EngineErrorDetails,
  sql: string,
): Pick<Diagnostic, 'help'> | undefined {
  const isTemplate = code === 'sql-syntax' && sql.includes('{{');
  if (code !== 'unknown-relation' && !isTemplate) return undefined;
  const near = candidates.length > 0 && help !== undefined ? `${help}; ` : '';
  const ref = `{{ref "${(isTemplate ? 'stg_orders' : name).split('.').at(-1) ?? name}"}}`;
  return {
    help: `${near}\`tx query\` knows the artifacts alone, such as \`nodes\` and \`results\`; for rows of your own tables: \`tx show --inline 'select * from ${ref}'\``,
  };
}

function mostRows({ limit, output }: QueryOptions): number {
  return limit ?? (output === 'text' ? rowsForPeople : Number.POSITIVE_INFINITY);
}

function show(screen: Screen, found: ResultSet, json: readonly boolean[], options: QueryOptions): void {
  const most = mostRows(options);
  const rows = { ...found, rows: found.rows.slice(0, most) };
  if (options.output === 'json') screen.result(renderJsonRows(rows, json));
  else if (options.output === 'csv') screen.result(renderCsv(rows));
  else screen.result(renderTable(rows, { ...screen.resultStyle, findSecrets: screen.mask().find }));
  if (found.rows.length > most) screen.note(`there are more rows than these: --limit -1 shows all`);
}
