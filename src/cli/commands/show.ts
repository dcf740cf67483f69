/** `tx show`: runs the query of one node, or inline SQL, and prints the first rows. Nothing is written. */
import type { ResultSet } from '../../adapter/connection.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import { embed } from '../../adapter/statement.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { CompiledRelation, CompiledText } from '../../compile/compiled.ts';
import { diagnose, hasErrors } from '../../diagnostics/diagnostic.ts';
import { engineDiagnostic } from '../../compile/engine-diagnostic.ts';
import { deferText } from '../../plan/defer-nodes.ts';
import { createTextCollector, slotValues } from '../../plan/texts.ts';
import { renderCsv, renderJsonRows, renderTable } from '../../report/tables.ts';
import { randomUUID } from 'node:crypto';
import { askTarget } from '../ask-target.ts';
import { requireSound } from '../check-queries.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { FoundDeferral } from '../deferral.ts';
import { findDeferral, withDeferral } from '../find-deferral.ts';
import type { Host } from '../host.ts';
import { compileInlineText, inlinePath, requireInlineAlone } from '../inline.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { nestedColumns } from '../nested-columns.ts';
import type { DatabaseOptions, DeferOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { readInterval } from '../read-options.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import { readsOfPreview } from '../reads-of.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { findFailures } from './show-failures.ts';
import { loadWhole } from '../whole-texts.ts';

export interface ShowOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions, DeferOptions {
  readonly inline?: string;
  /** A selector of one test. */
  readonly failures?: string;
  readonly limit: number;
  readonly output: 'text' | 'json' | 'csv';
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
}

/** What is to be shown: a query, and where its text came from. */
interface Preview {
  readonly title: string;
  readonly query: Query;
  readonly text: CompiledText | undefined;
  readonly path: string | undefined;
  readonly deferral?: FoundDeferral | undefined;
}

export async function showCommand(host: Host, screen: Screen, options: ShowOptions): Promise<ExitCode> {
  requireInlineAlone(options);
  const loaded = await loadGraph(host, screen, options);
  if (options.failures !== undefined) return showFailures(host, screen, loaded, { ...options, failures: options.failures });
  const preview =
    options.inline === undefined ? await previewNode(host, screen, loaded, options) : await previewInline(host, screen, loaded, options);
  showRows(screen, preview.title, await readPreview(host, screen, loaded, { preview, options }), options);
  showUnneeded(screen, loaded.nodeErrors);
  return exitCodes.ok;
}

async function showFailures(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: ShowOptions & { readonly failures: string },
): Promise<ExitCode> {
  const { title, ...rows } = await findFailures(host, screen, loaded, options);
  showRows(screen, title, rows, options);
  return exitCodes.ok;
}

/** What was read, and which of its columns hold the text of JSON. */
interface Rows {
  readonly rows: ResultSet;
  readonly json: readonly boolean[];
}

/** The rows of a preview. */
function readPreview(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { preview, options }: { readonly preview: Preview; readonly options: ShowOptions },
): Promise<Rows> {
  const limit = Number.isFinite(options.limit) ? options.limit : undefined;
  const statement = (columns: string, most: number | undefined): Statement =>
    embed(`select ${columns} from (\n`, preview.query, `\n) as preview${most === undefined ? '' : ` limit ${most}`}`);
  return askTarget(host, screen, { ...loaded, deferral: preview.deferral }, { options }, async ({ connection }) => {
    let sent = statement('*', limit);
    let json: readonly boolean[] = [];
    try {
      if (options.output === 'json') {
        const { columns } = await connection.query(statement('*', 0), 0);
        const nested = nestedColumns(loaded.engine.dialect, columns);
        json = nested?.json ?? [];
        if (nested !== undefined) sent = statement(nested.list, limit);
      }
      return { rows: await connection.query(sent, limit), json };
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      const origin = {
        node: undefined,
        text: preview.text,
        span: preview.path === undefined ? undefined : { path: preview.path, start: 0, end: 0 },
        compiledPath: undefined,
        reads: readsOfPreview(loaded, preview.query.node),
      };
      throw new Stop(exitCodes.failed, [engineDiagnostic(cause.details, loaded.engine.type, sent, origin)]);
    }
  });
}

function showRows(screen: Screen, title: string, { rows, json }: Rows, options: ShowOptions): void {
  if (options.output === 'json') screen.result(renderJsonRows(rows, json));
  else if (options.output === 'csv') screen.result(renderCsv(rows));
  else {
    screen.note(`${title} (${describeRows(rows.rows.length, options.limit)})`);
    screen.result(renderTable(rows, { ...screen.resultStyle, findSecrets: screen.mask().find }));
  }
}

/** How many rows are shown, and whether there may be more. */
function describeRows(count: number, limit: number): string {
  if (count === 0) return 'no rows';
  const rows = count === 1 ? 'row' : `${count} rows`;
  return count === limit ? `first ${rows}` : count === 1 ? '1 row' : rows;
}

async function previewInline(host: Host, screen: Screen, loaded: LoadedGraph, options: ShowOptions): Promise<Preview> {
  const inline = await compileInlineText(screen, loaded, options.inline ?? '');
  if (hasErrors(inline.diagnostics)) throw new Stop(exitCodes.usage, inline.diagnostics);
  screen.showDiagnostics(inline.diagnostics);
  const found = await findDeferral(host, screen, loaded, { options, own: new Set() });
  const text = found === undefined ? inline.value : deferText(inline.value, found.relations, loaded.engine.dialect);
  return { ...fill(host, loaded, options, { title: 'inline', key: inlinePath, text, path: inlinePath }), deferral: found };
}

async function previewNode(host: Host, screen: Screen, loaded: LoadedGraph, options: ShowOptions): Promise<Preview> {
  const selected = selectNodes(host, screen, loaded, options);
  const nodes = [...selected].flatMap((id) => loaded.graph.nodes.get(id) ?? []).filter((node) => 'relation' in node);
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) throw new Stop(exitCodes.usage, [diagnose('show-needs-one', { count: nodes.length })]);
  await requireSound(loaded, new Set([node.id]));
  const found = await findDeferral(host, screen, loaded, { options, own: new Set([node.id]) });
  const ready = await loadWhole(host, screen, loaded, new Set([node.id]), found?.columns);
  const { graph } = withDeferral(screen, ready, found, new Set([node.id]));
  const whole = graph.nodes.get(node.id);
  // What a history holds is in its table only; so is what was loaded interval by interval, unless one of them is named.
  const asks = whole?.resourceType === 'model' && (whole.config.intervals === undefined || readInterval(options) !== undefined);
  if (asks)
    return { ...fill(host, loaded, options, { title: node.name, key: node.id, text: whole.full, path: node.path }), deferral: found };
  const sql = `select * from ${relationText(loaded, node)}`;
  return { title: node.name, query: { node: node.id, sql }, text: undefined, path: node.path };
}

function relationText(loaded: LoadedGraph, node: CompiledRelation): string {
  if (node.resourceType === 'source' && node.external !== undefined) return node.external;
  return loaded.engine.dialect.relation(node.relation);
}

function fill(
  host: Host,
  loaded: LoadedGraph,
  options: ShowOptions,
  text: { readonly title: string; readonly key: string; readonly text: CompiledText; readonly path: string },
): Preview {
  const interval = readInterval(options);
  const run = { id: randomUUID(), startedAt: new Date(host.clock.now()).toISOString() };
  const problems: ReturnType<typeof diagnose>[] = [];
  const values = slotValues({ run, ...(interval === undefined ? {} : { interval }) }, loaded.engine.dialect);
  const collector = createTextCollector(values, (diagnostic) => void problems.push(diagnostic));
  const query = collector.query(text.key, text.text);
  if (query === undefined) throw new Stop(exitCodes.usage, problems);
  return { title: text.title, query, text: collector.texts.get(text.key), path: text.path };
}
