/** Runs one build on a database file the way the command line does, from compiled fixtures instead of a project on disk. */
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adapter as realAdapter } from '../../src/adapters/duckdb/adapter.ts';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Session } from '../../src/adapter/connection.ts';
import type { Relation } from '../../src/adapter/relation.ts';
import { findCheck } from '../../src/checks/vocabulary.ts';
import type { CompiledHook, NodeId } from '../../src/compile/compiled.ts';
import { noReads } from '../../src/compile/query-reads.ts';
import { dropRelations } from '../../src/execute/drop-relations.ts';
import { executePlan } from '../../src/execute/execute-plan.ts';
import type { RunResult } from '../../src/execute/events.ts';
import type { ExecutionPorts } from '../../src/execute/execution.ts';
import { graphOf } from '../../src/graph/graph-fixture.ts';
import { isBuilt } from '../../src/graph/graph.ts';
import { disk } from '../../src/project/disk.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import { placedFiles } from '../../src/project/placed-files.ts';
import type { GraphNode } from '../../src/graph/graph.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { deletionsRelation } from '../../src/plan/deletions-table.ts';
import type { Copy, PlanInput, SeedSummary } from '../../src/plan/plan-input.ts';
import { emptyState, readState } from '../../src/state/state-reader.ts';
import { inspectStateLayout } from '../../src/state/state-layout.ts';

export const stateSchema = '_tx';

/** The content of a seed: text cells by column, and the types they are cast to. */
export interface SeedContent {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Everything that makes a run do what it does. */
export interface RunSpec {
  readonly nodes: readonly GraphNode[];
  readonly seeds?: Readonly<Record<string, SeedContent>>;
  /** The engine reads the seeds from files, instead of being handed their rows. */
  readonly seedFiles?: boolean;
  readonly onRunStart?: readonly CompiledHook[];
  readonly onRunEnd?: readonly CompiledHook[];
  readonly fullRefresh?: boolean;
  readonly loads?: PlanInput['loads'];
  /** Tables that take the rows of others, by the ids of their nodes: a promotion. */
  readonly copies?: Readonly<Record<string, Copy>>;
  /** What was set aside is tried once more, as by `tx quarantine replay`. */
  readonly replay?: true;
  /** What stands and no node of the run builds is dropped behind it, as by `tx state gc --yes` and `tx env drop --yes`. */
  readonly drops?: true;
  readonly threads?: number;
}

export interface RunPlace {
  readonly database: string;
  readonly runId: string;
  /** Later runs have greater numbers. */
  readonly order: number;
  readonly adapter?: Adapter;
  readonly threads?: number;
  /** Others may be at work, so that steps are planned anew. */
  readonly replans?: true;
  readonly onOpen?: () => void;
  /** Where the files of seeds may be written. */
  readonly seedFolder?: string;
  /** Where models that are kept in files have these. */
  readonly root?: string;
  readonly files?: FileSystem;
}

/** Opens a database: a file, or what a URL names. */
export function openFile(adapter: Adapter, database: string): Promise<Session> {
  const isServer = adapter.dialect.engine === 'postgres';
  return adapter.open({
    target: {
      name: 'dev',
      type: adapter.dialect.engine,
      schema: 'main',
      threads: 4,
      settings: isServer ? { url: database } : { path: database },
    },
    projectRoot: isServer ? '/' : dirname(database),
    connections: 5,
    readOnly: false,
  });
}

/** `folder` is where the files of seeds may be written. */
function summaries(spec: RunSpec, folder: string | undefined): ReadonlyMap<string, SeedSummary> {
  const entries = spec.nodes.flatMap((node): (readonly [string, SeedSummary])[] => {
    const content = node.resourceType === 'seed' ? spec.seeds?.[node.name] : undefined;
    if (content === undefined) return [];
    const casts = content.columns.map(({ name, type }) => `cast("${name}" as ${type}) as "${name}"`);
    const file = spec.seedFiles === true && folder !== undefined ? { file: { path: writeSeed(content, folder), delimiter: ',' } } : {};
    const { columns, rows } = content;
    return [[node.id, { contentHash: JSON.stringify(rows), rows: rows.length, columns, casts, ...file }]];
  });
  return new Map(entries);
}

const seedName = (path: string): string => path.replace(/^seeds\/|\.csv$/g, '');

/** Writes the seed as a CSV file under a name that its content decides; gives its path. */
function writeSeed(content: SeedContent, folder: string): string {
  const lines = [content.columns.map((column) => column.name), ...content.rows].map((cells) => cells.map((cell) => cell ?? '').join(','));
  const text = `${lines.join('\n')}\n`;
  const file = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.csv`);
  // Another trial may be reading the file, and this process may die while it writes.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, file);
  return file;
}

/** Opens the file, plans, builds, closes. */
export async function runBuild(spec: RunSpec, place: RunPlace): Promise<RunResult> {
  const adapter = place.adapter ?? realAdapter;
  const session = await openFile(adapter, place.database);
  place.onOpen?.();
  try {
    return await runIn(session, adapter, spec, {
      ...place,
      ...(place.database.includes('://') ? {} : { seedFolder: dirname(dirname(place.database)), root: dirname(place.database) }),
    });
  } finally {
    await session.close();
  }
}

/** Plans a step again from what stands then, by the same planner. */
function replanFrom(input: PlanInput, adapter: Adapter): ExecutionPorts['replan'] {
  return async (step, connection, again) => {
    const catalog = await adapter.catalog.relations(connection, ['main']);
    const state = await readState(connection, stateSchema, adapter.dialect);
    const tests = step.transaction.flatMap((action) => (action.kind === 'audit' ? [...action.checks, ...action.queries] : []));
    const selected = new Set([step.node, ...tests.map(({ id }) => id)]);
    const { value, diagnostics } = buildPlan({ ...input, catalog, state, selected, reuse: false, again });
    const found = value.plan.steps.find((candidate) => candidate.id === step.id);
    if (found?.kind !== 'build') return { diagnostics };
    return { step: { ...found, dependsOn: step.dependsOn, blocks: step.blocks }, texts: value.texts };
  };
}

/** The same in a database that is open already. */
export async function runIn(session: Session, adapter: Adapter, spec: RunSpec, place: Omit<RunPlace, 'database'>): Promise<RunResult> {
  const graph = graphOf(spec.nodes);
  const schemas = new Set(['main', stateSchema]);
  for (const node of graph.nodes.values()) if (isBuilt(node)) schemas.add(node.relation.schema);
  const connection = await session.connect();
  const catalog = await adapter.catalog.relations(connection, [...schemas]);
  const present = inspectStateLayout(stateSchema, catalog, adapter.dialect).kind !== 'absent';
  const state = present ? await readState(connection, stateSchema, adapter.dialect) : emptyState;
  await connection.close();
  const places = placedFiles(place.files ?? disk, place.root ?? '/');
  const locations = spec.nodes.flatMap((node) =>
    node.resourceType === 'model' && node.config.external !== undefined ? [[node.id, node.config.external.location] as const] : [],
  );
  for (const [, location] of locations) places.mend(location);
  const seen = locations.flatMap(([id, location]) => {
    const stamp = places.seen(location);
    return stamp === undefined ? [] : [[id, stamp] as const];
  });
  const start = 1_700_000_000_000 + place.order * 1_000_000;
  const input: PlanInput = {
    command: 'build',
    project: 'shop',
    target: { name: 'dev', engine: adapter.dialect.engine, schema: 'main' },
    stateSchema,
    graph,
    selected: new Set(graph.order),
    dialect: adapter.dialect,
    capabilities: adapter.capabilities,
    catalog,
    state,
    // The keys are the ids of the graph's own seeds.
    seeds: summaries(spec, place.seedFolder) as PlanInput['seeds'],
    onRunStart: spec.onRunStart ?? [],
    onRunEnd: spec.onRunEnd ?? [],
    findCheck,
    run: { id: place.runId, startedAt: new Date(start).toISOString() },
    fullRefresh: spec.fullRefresh ?? false,
    ...(spec.loads === undefined ? {} : { loads: spec.loads }),
    // The keys are ids of the nodes of the run.
    ...(spec.copies === undefined ? {} : { copies: new Map(Object.entries(spec.copies) as [NodeId, Copy][]) }),
    ...(spec.replay === undefined ? {} : { replay: spec.replay }),
    files: new Map(seen),
    // As the program does: whatever a kill leaves, what was left undone must not be taken for done.
    reuse: spec.fullRefresh !== true,
    adopt: false,
  };
  const { value, diagnostics } = buildPlan(input);
  // Their clocks stand where the tests put them.
  if (diagnostics.some(({ code }) => code !== 'clock-behind')) throw new Error(`the plan has problems: ${JSON.stringify(diagnostics)}`);
  let now = start;
  const result = await executePlan(
    value.plan,
    {
      adapter,
      session,
      clock: { now: () => (now += 1), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      chance: Math.random,
      emit: () => undefined,
      verifySeed: (path, rows) => {
        if (rows !== spec.seeds?.[seedName(path)]?.rows.length) throw new Error(`the engine read ${rows} rows of ${path}`);
      },
      seedContent: (path) => {
        const rows = spec.seeds?.[seedName(path)]?.rows ?? [];
        return { rows, rowCount: rows.length };
      },
      places,
      texts: value.texts,
      replan: (step, own, again) => {
        if (place.replans === true || again === 'go-on') return replanFrom(input, adapter)(step, own, again);
        return Promise.reject(new Error(`${step.id} was to be planned anew`));
      },
      readsOf: () => noReads,
      compiledPath: () => undefined,
    },
    {
      threads: place.threads ?? spec.threads ?? 1,
      failFast: false,
      txVersion: '0.0.0',
      stateVersion: state.version,
      shapes: state.shapes,
      openRuns: state.openRuns,
      lockTimeoutMs: 10_000,
      signal: new AbortController().signal,
    },
  );
  if (spec.drops === true) await dropTheRest(session, adapter, spec, { id: place.runId, at: new Date(start).toISOString() });
  return result;
}

async function dropTheRest(
  session: Session,
  adapter: Adapter,
  spec: RunSpec,
  run: { readonly id: string; readonly at: string },
): Promise<void> {
  const connection = await session.connect();
  try {
    const { builds } = await readState(connection, stateSchema, adapter.dialect);
    const ids = new Set<string>(spec.nodes.map(({ id }) => id));
    const catalog = await adapter.catalog.relations(connection, [...new Set(builds.map(({ relation }) => relation.schema))]);
    const standing = new Set(catalog.map(({ relation }) => adapter.dialect.relation(relation)));
    const name = (relation: Relation): string => adapter.dialect.relation(relation);
    const garbage = builds.flatMap(({ node, relation, relationKind: kind, ordinal }) => {
      if (ids.has(node) || !standing.has(name(relation))) return [];
      const deletions = deletionsRelation(relation);
      return [{ node, relation, kind, ordinal, beside: standing.has(name(deletions)) ? [deletions] : [] }];
    });
    const ports = { adapter, connection, stateSchema, lockTimeoutMs: 10_000, run: { ...run, reason: 'gc' } };
    const left = (await dropRelations(garbage, ports)).flatMap(({ left: because }) => because ?? []);
    if (left.length > 0) throw new Error(left.join('; '));
  } finally {
    await connection.close();
  }
}
