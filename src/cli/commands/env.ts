/** `tx env`: lists the environments of a target, and takes one away. */
import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Cell, Connection } from '../../adapter/connection.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import { dropEmptySchemas, dropState } from '../../execute/drop-environment.ts';
import { dropRelations } from '../../execute/drop-relations.ts';
import type { DroppedRelation, DropOutcome } from '../../execute/drop-relations.ts';
import { recordRun } from '../../execute/recorded-run.ts';
import { isOfProject } from '../../plan/plan-build.ts';
import { withDeletions } from '../find-deletions.ts';
import { quarantineColumns, quarantineRelation } from '../../plan/quarantine-table.ts';
import type { Project } from '../../project/project.ts';
import { envNameProblem, schemaIn, stateSchemaOfTarget } from '../../project/target-environment.ts';
import { renderTable } from '../../report/tables.ts';
import { listEnvironments } from '../../state/list-environments.ts';
import { isoOf } from '../../state/history-reader.ts';
import { stateRelation, stateTables, stateViews } from '../../state/state-tables.ts';
import { listEnvironmentFiles } from '../environment-database.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { readKnown, shownRelation } from '../known-relations.ts';
import type { Known } from '../known-relations.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import { removeOutput, rowsFolder, whyLeftAlone } from '../target-folder.ts';
import { askTarget } from '../ask-target.ts';
import type { OpenTarget } from '../ask-target.ts';
import { showDropped } from './state-gc.ts';
import type { StateOptions } from './state-options.ts';

export async function envCommand(host: Host, screen: Screen, options: StateOptions): Promise<ExitCode> {
  const [action = 'ls', name = options.env, ...more] = options.args;
  const isDrop = action === 'drop';
  if (isDrop ? name === undefined || more.length > 0 : options.args.length > 1)
    throw new Stop(exitCodes.usage, [diagnose('env-arguments', { command: `tx env ${action}`, takes: isDrop })]);
  const problem = name === undefined ? undefined : envNameProblem(name);
  if (isDrop && problem !== undefined) {
    const wrong = { name: 'name', value: name, reason: problem, choices: undefined, command: 'tx env' };
    throw new Stop(exitCodes.usage, [diagnose('flag-value', wrong)]);
  }
  const { env: _env, ...target } = options;
  // Of what is to be dropped, or was never there, nothing is kept for the next command.
  const loaded = await loadGraph(host, screen, isDrop && name !== undefined ? { ...options, env: name, cache: false } : target);
  if (isDrop) {
    await requireFile(host, loaded, name ?? '');
    const request = { options, readOnly: options.yes !== true, connections: 2 };
    const isGone = await askTarget(host, screen, loaded, request, (open) =>
      drop(host, screen, open, { loaded, options, name: name ?? '' }),
    );
    if (isGone) removeFile(host, screen, loaded.project);
  } else showList(screen, { loaded, options }, await listRows(host, screen, { loaded, options }));
  return exitCodes.ok;
}

/** Who only looks must not make a file. */
async function requireFile(host: Host, { project }: LoadedGraph, name: string): Promise<void> {
  const known = listEnvironmentFiles(host, project);
  if (known !== undefined && !known.has(name))
    throw new Stop(exitCodes.usage, [diagnose('unknown-environment', { name, target: project.target.name, known: [...known.keys()] })]);
}

/** The file of an environment in which nothing is left; nobody has it open. */
function removeFile(host: Host, screen: Screen, { root, target }: Project): void {
  const path = String(target.settings['path']);
  const file = resolve(root, path);
  // A log without its file is found by nobody, until a file of that name takes it for its own.
  for (const each of [`${file}.wal`, file]) if (host.files.stat(each) !== undefined) host.files.remove(each);
  screen.note(`dropped ${plainLine(path)}`);
}

interface Asked {
  readonly loaded: LoadedGraph;
  readonly options: StateOptions;
}

type Row = Readonly<Record<string, Cell>>;

async function listRows(host: Host, screen: Screen, { loaded, options }: Asked): Promise<readonly Row[]> {
  const { project } = loaded;
  const rows: Row[] = [];
  const files = listEnvironmentFiles(host, project);
  const request = { options, connections: 2 };
  for (const [name, env] of files ?? []) {
    const own = { ...loaded, project: env };
    const row = await askTarget(host, screen, own, request, async (open) =>
      (await isKnown(open, env, name)) ? rowOf(screen, open, own, name) : [],
    );
    rows.push(...row);
  }
  if (files !== undefined) return rows;
  return askTarget(host, screen, loaded, request, async (open) => {
    for (const name of await listEnvironments(open.connection, project.stateSchema, open.adapter.dialect))
      rows.push(
        ...(await rowOf(screen, open, { ...loaded, project: { ...project, stateSchema: schemaIn(project.stateSchema, name) } }, name)),
      );
    return rows;
  });
}

async function isKnown({ adapter, connection }: OpenTarget, project: Project, name: string): Promise<boolean> {
  return (await listEnvironments(connection, stateSchemaOfTarget(project), adapter.dialect)).includes(name);
}

/** One that cannot be read, because a newer `tx` made it, keeps none of the others from being listed. */
async function rowOf(screen: Screen, open: OpenTarget, loaded: LoadedGraph, name: string): Promise<readonly Row[]> {
  const known = await readKnown(open, loaded).catch((cause: unknown) => {
    if (!(cause instanceof Stop) || cause.exitCode !== exitCodes.usage) throw cause;
    for (const { message } of cause.diagnostics) screen.note(`not read: ${message}`);
    return undefined;
  });
  if (known === undefined) return [{ env: name, relations: null, last_run: null }];
  const { relations, state } = known;
  const standing = relations.filter(({ stands }) => stands !== 'gone').length;
  const last = state.version === 0 ? null : await lastRun(open, loaded.project.stateSchema);
  return [{ env: name, relations: standing, last_run: last }];
}

function showList(screen: Screen, { loaded: { project, engine }, options }: Asked, rows: readonly Row[]): void {
  if (options.output === 'json') return screen.data({ environments: rows });
  if (rows.length === 0) return screen.note(`target ${project.target.name} has no environments`);
  const type = engine.dialect.typeName('text');
  const columns = Object.keys(rows[0] ?? {}).map((column) => ({ name: column, type }));
  screen.result(renderTable({ columns, rows: rows.map((row) => Object.values(row).map((cell) => cell ?? '–')) }, screen.resultStyle));
}

async function lastRun({ adapter: { dialect }, connection }: OpenTarget, schema: string): Promise<Cell> {
  const sql = `select cast(max(recorded_at) as ${dialect.typeName('text')}) from ${dialect.relation(stateRelation(schema, 'runs'))}`;
  const [[time] = []] = (await connection.query({ sql })).rows;
  return typeof time === 'string' ? isoOf(time) : null;
}

/** Gives whether nothing at all is left of an environment that has a file of its own. */
async function drop(
  host: Host,
  screen: Screen,
  open: OpenTarget,
  { loaded, options, name }: Asked & { readonly name: string },
): Promise<boolean> {
  const { session } = open;
  const { project } = loaded;
  const file = project.target.env?.apart === undefined ? undefined : String(project.target.settings['path']);
  await requireEnvironment(open, loaded, name);
  const known = await readKnown(open, loaded);
  const { free, altered } = await findOwn(open, loaded, known);
  const kept = altered.map((relation): DropOutcome => ({ relation, left: 'not as it was built: somebody else has changed it' }));
  if (options.yes !== true) {
    const names = free.flatMap(({ relation, beside = [] }) => [relation, ...beside].map(shownRelation));
    if (options.output === 'json') {
      screen.data({ relations: names, left: kept.map(({ relation }) => shownRelation(relation)) });
      return false;
    }
    for (const relation of names) screen.result(relation);
    const them = names.length === 0 ? '' : names.length === 1 ? 'it, and ' : 'them, and ';
    const place = file === undefined ? 'the schemas of the environment' : `the file of the environment, ${plainLine(file)}`;
    screen.note(`nothing was dropped; \`tx env drop ${name} --yes\` drops ${them}${place}`);
    return false;
  }
  const dead = session.deadRuns === undefined ? known.state.openRuns : await session.deadRuns(known.state.openRuns);
  if (dead.length < known.state.openRuns.length)
    throw new Stop(exitCodes.transient, [diagnose('state-in-use', { schema: project.stateSchema })]);
  const id = randomUUID();
  const run = { id, command: 'env drop', target: project.target.name, txVersion: host.version, now: host.clock.now };
  const ports = { ...open, stateSchema: project.stateSchema, lockTimeoutMs: lockTimeoutMs(options) };
  const at = new Date(host.clock.now()).toISOString();
  const dropped = await recordRun(run, { ...open, schema: project.stateSchema }, () =>
    dropRelations(free, { ...ports, run: { id, at, reason: 'env-drop' } }),
  );
  const outcomes = [...dropped, ...kept];
  if (outcomes.length > 0 || options.output === 'json') showDropped(screen, options.output, outcomes, file);
  else screen.note(`nothing was built in environment ${name}: only its state is dropped`);
  // As long as something stays, it stays known whose it is.
  if (outcomes.some(({ left }) => left !== undefined)) return false;
  const isShared = known.state.builds.some((build) => !isOfProject(build, project.name));
  // Without a state nobody knows of the environment any more: it goes last.
  removeFolder(host, screen, project);
  return dropPlace(screen, open, loaded, { known, isShared });
}

/** Drops schemas and state; gives whether the file that holds them has nothing left, where the state goes with the file. */
async function dropPlace(
  screen: Screen,
  { adapter: { dialect }, connection }: OpenTarget,
  loaded: LoadedGraph,
  { known, isShared }: { readonly known: Known; readonly isShared: boolean },
): Promise<boolean> {
  const { target, stateSchema } = loaded.project;
  const place = { connection, dialect };
  const isApart = target.env?.apart !== undefined;
  const left = isApart && !isShared ? await listOthers(connection, stateSchema) : [];
  if (isApart && !isShared && left.length === 0) return true;
  // What an earlier try has dropped stood in schemas too.
  const places = [...known.relations.map(({ build }) => build), ...known.state.forgotten].map(({ relation }) => relation.schema);
  const schemas = [...new Set(places)].filter((schema) => isOwnSchema(loaded, schema));
  for (const schema of isApart ? [] : await dropEmptySchemas(schemas, place))
    screen.note(`left schema ${schema}: something of others stands there`);
  if (isShared || !(await dropState(stateSchema, place))) screen.note(`left schema ${stateSchema}: something of others stands there`);
  if (left.length > 0)
    screen.note(`left ${String(target.settings['path'])}: something of others stands there, ${left.slice(0, 5).map(plainLine).join(', ')}`);
  return false;
}

/** What stands in the database beside the state, whoever made it. */
async function listOthers(connection: Connection, stateSchema: string): Promise<readonly string[]> {
  const { rows } = await connection.query({
    sql: `select table_schema, table_name from information_schema.tables where table_catalog = current_database() order by 1, 2`,
  });
  const ofState = new Set([...Object.keys(stateTables), ...Object.keys(stateViews)]);
  return rows.flatMap(([schema, name]) =>
    schema === stateSchema && ofState.has(String(name)) ? [] : [`${String(schema)}.${String(name)}`],
  );
}

/** The output of the environment, and the files that its models wrote: no relation reads them any more. */
function removeFolder(host: Host, screen: Screen, project: Project): void {
  const path = project.paths.target;
  const folder = resolve(project.root, path);
  if (host.files.stat(folder) === undefined) return;
  const why = whyLeftAlone(host, project, folder);
  if (why !== undefined) return screen.note(`left ${path}: ${why}`);
  const { kept } = removeOutput(host, folder, [rowsFolder]);
  if (kept.length > 0) return screen.note(`left ${path}: something of others is there`);
  const parent = dirname(folder);
  if (host.files.list(parent).length === 0) host.files.remove(parent);
}

function isOwnSchema({ project }: LoadedGraph, schema: string): boolean {
  return schema.endsWith(project.target.env?.suffix ?? ' ');
}

async function requireEnvironment({ adapter, connection }: OpenTarget, { project }: LoadedGraph, name: string): Promise<void> {
  const known = await listEnvironments(connection, stateSchemaOfTarget(project), adapter.dialect);
  if (!known.includes(name))
    throw new Stop(exitCodes.usage, [diagnose('unknown-environment', { name, target: project.target.name, known })]);
}

/** What `tx` made in the environment and stands as it was left; and what somebody else has changed since. */
async function findOwn(
  open: OpenTarget,
  loaded: LoadedGraph,
  { relations }: Known,
): Promise<{ readonly free: readonly DroppedRelation[]; readonly altered: readonly DroppedRelation['relation'][] }> {
  const own = relations.filter(({ build, existing }) => existing !== undefined && isOwnSchema(loaded, build.relation.schema));
  const free = own.flatMap(({ build: { relation, relationKind: kind, node, ordinal }, stands }) =>
    stands === 'altered' ? [] : [{ relation, kind, node, ordinal }],
  );
  const models = [...loaded.graph.nodes.values()].filter((node): node is CompiledModel => node.resourceType === 'model');
  const held = new Map(
    models.map((model) => {
      const relation = quarantineRelation(model);
      return [shownRelation(relation), { relation, node: model.id }] as const;
    }),
  );
  const schemas = [...new Set([...held.values()].map(({ relation }) => relation.schema))];
  const found = await open.adapter.catalog.relations(open.connection, schemas);
  const quarantines = found.flatMap((entry): readonly DroppedRelation[] => {
    const model = held.get(shownRelation(entry.relation));
    const columns = new Set(entry.columns.map(({ name }) => name));
    const isOurs = Object.keys(quarantineColumns).every((column) => columns.has(column)) && isOwnSchema(loaded, entry.relation.schema);
    return model === undefined || !isOurs ? [] : [{ relation: entry.relation, kind: entry.kind, node: model.node }];
  });
  return {
    free: [...(await withDeletions(open, free)), ...quarantines],
    altered: own.flatMap(({ build, stands }) => (stands === 'altered' ? [build.relation] : [])),
  };
}
