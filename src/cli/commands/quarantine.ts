/** `tx quarantine`: lists what was set aside of models, shows it, tries it once more, or gives it up. */
import type { Connection, Session } from '../../adapter/connection.ts';
import type { Adapter } from '../../adapter/adapter.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { quarantineRelation } from '../../plan/quarantine-table.ts';
import { renderTable } from '../../report/tables.ts';
import { askTarget } from '../ask-target.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { readStanding } from '../open-database.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { readHeldRows } from './held-rows.ts';
import type { HeldModel } from './held-rows.ts';
import { replay } from './replay.ts';
import type { QuarantineOptions } from './replay.ts';

export async function quarantineCommand(host: Host, screen: Screen, options: QuarantineOptions): Promise<ExitCode> {
  const [action = 'list', ...names] = options.args;
  const loaded = await loadGraph(host, screen, options);
  const models = chooseModels(host, screen, loaded, options, names);
  if (action !== 'list' && (names.length === 0 || (action === 'show' && models.length !== 1)))
    throw new Stop(exitCodes.usage, [diagnose('quarantine-needs-model', { action, count: names.length === 0 ? 0 : models.length })]);
  if (action === 'replay') return replay(host, screen, loaded, options, models);
  await askTarget(host, screen, loaded, { options, readOnly: action !== 'discard' }, async ({ adapter, session, connection }) => {
    const held = await findHeld(adapter, session, loaded, models);
    if (action === 'show') await showHeld(screen, adapter, connection, { loaded, options, held, models });
    else if (action === 'discard') await discard(screen, adapter, connection, { options, held });
    else await list(screen, adapter, connection, { options, held });
  });
  return exitCodes.ok;
}

/** The models that are named, or all. */
function chooseModels(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: QuarantineOptions,
  names: readonly string[],
): readonly CompiledModel[] {
  const chosen = selectNodes(host, screen, loaded, {
    ...options,
    select: names,
    selectedBy: 'arguments',
    exclude: [],
    resourceType: ['model'],
    excludeResourceType: [],
  });
  return [...chosen].flatMap((id) => {
    const node = loaded.graph.nodes.get(id);
    return node?.resourceType === 'model' ? [node] : [];
  });
}

/** The quarantines that stand in the database. */
async function findHeld(
  adapter: Adapter,
  session: Session,
  loaded: LoadedGraph,
  models: readonly CompiledModel[],
): Promise<readonly HeldModel[]> {
  const { catalog } = await readStanding(adapter, session, loaded.project, loaded.graph);
  const key = ({ schema, name }: Relation): string => `${adapter.dialect.foldIdentifier(schema)}\n${adapter.dialect.foldIdentifier(name)}`;
  const standing = new Map(catalog.map((entry) => [key(entry.relation), entry]));
  return models.flatMap((model) => {
    const entry = standing.get(key(quarantineRelation(model)));
    const isOurs = entry?.kind === 'table' && entry.columns.some(({ name }) => name === '_tx_row_id');
    return isOurs ? [{ model, table: entry.relation, columns: entry.columns }] : [];
  });
}

interface Asked {
  readonly options: QuarantineOptions;
  readonly held: readonly HeldModel[];
}

const shown = ({ schema, name }: Relation): string => `${schema}.${name}`;

async function list(screen: Screen, { dialect }: Adapter, connection: Connection, { options, held }: Asked): Promise<void> {
  const queries = held.map(({ table }, at) => {
    const time = `cast(max(_tx_quarantined_at) as ${dialect.typeName('text')})`;
    return `select ${at} as at, count(*) as held, ${time} as newest from ${dialect.relation(table)}`;
  });
  const answer = queries.length === 0 ? [] : (await connection.query({ sql: `${queries.join(' union all ')} order by 1` })).rows;
  const rows = answer.flatMap(([at, count, newest]) => {
    const entry = held[Number(at)];
    return entry === undefined || Number(count) === 0
      ? []
      : [{ model: entry.model.name, relation: shown(entry.table), rows: Number(count), newest: newest ?? null }];
  });
  if (options.output === 'json') return screen.data({ quarantines: rows });
  if (rows.length === 0) return screen.note('nothing is set aside');
  const type = dialect.typeName('text');
  const columns = ['model', 'relation', 'rows', 'newest'].map((name) => ({ name, type }));
  const cells = rows.map(({ model, relation, rows: count, newest }) => [model, relation, count, newest]);
  screen.result(renderTable({ columns, rows: cells }, screen.resultStyle));
}

async function showHeld(
  screen: Screen,
  adapter: Adapter,
  connection: Connection,
  { loaded, options, held, models }: Asked & { readonly loaded: LoadedGraph; readonly models: readonly CompiledModel[] },
): Promise<void> {
  const [entry] = held;
  const name = models[0]?.name ?? '';
  const rows = entry === undefined ? undefined : await readHeldRows(adapter.dialect, connection, loaded.graph, entry, options.limit);
  if (options.output === 'json') {
    const names = rows?.columns.map((column) => column.name) ?? [];
    const list = rows?.rows.map((row) => Object.fromEntries(names.map((column, at) => [column, row[at] ?? null]))) ?? [];
    return screen.data({ model: name, ...(entry === undefined ? {} : { relation: shown(entry.table) }), rows: list });
  }
  if (entry === undefined || rows === undefined || rows.rows.length === 0) return screen.note(`nothing is set aside of ${name}`);
  screen.result(renderTable(rows, { ...screen.resultStyle, findSecrets: screen.mask().find }));
}

async function discard(screen: Screen, { dialect }: Adapter, connection: Connection, { options, held }: Asked): Promise<void> {
  const gone: { readonly model: string; readonly rows: number }[] = [];
  for (const { model, table } of held) {
    await connection.begin({ label: `tx:${model.id}`, locks: [model.relation], lockTimeoutMs: lockTimeoutMs(options) });
    gone.push({ model: model.name, rows: await connection.run({ sql: `delete from ${dialect.relation(table)}` }) });
    await connection.commit();
  }
  if (options.output === 'json') return screen.data({ discarded: gone });
  if (gone.length === 0) return screen.note('nothing is set aside');
  for (const { model, rows } of gone) screen.note(`${model}: ${rows} ${rows === 1 ? 'row' : 'rows'} discarded`);
}
