/** Builds small compiled projects for the tests of this folder. */
import type {
  CompiledExposure,
  CompiledModel,
  CompiledProject,
  CompiledSeed,
  CompiledSource,
  CompiledTest,
  Dependency,
  NodeId,
} from '../compile/compiled.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { buildGraph } from './build-graph.ts';
import type { Graph, GraphNode } from './graph.ts';
import { shownName } from './shown-name.ts';

/** `id` as the type that graphs use. */
export function nodeId(id: string): NodeId {
  // A brand exists only at compile time; tests are free to make ids.
  return id as NodeId;
}

/** A dependency at a place that grows with its position in the list, so that spans can be told apart. */
function dependencies(path: string, ids: readonly string[]): readonly Dependency[] {
  return ids.map((id, index) => ({ id: nodeId(id), span: { path, start: index * 10, end: index * 10 + 5 } }));
}

function located(value: YamlValue, path: string): Located<YamlValue> {
  return { value, span: { path, start: 0, end: 1 } };
}

const text = { sql: 'select 1', map: { files: [], segments: [] }, slots: [] };
const project = 'shop';

/** The unique ids that the fixtures give. */
export const ids = {
  model: (name: string): NodeId => nodeId(`model.${project}.${name}`),
  seed: (name: string): NodeId => nodeId(`seed.${project}.${name}`),
  source: (name: string): NodeId => nodeId(`source.${project}.${name}`),
  exposure: (name: string): NodeId => nodeId(`exposure.${project}.${name}`),
  test: (name: string): NodeId => nodeId(`test.${project}.${name}.0`),
};

export interface ModelFixture {
  readonly name: string;
  readonly folder?: string;
  readonly needs?: readonly string[];
  readonly tags?: readonly string[];
  readonly materialized?: CompiledModel['config']['materialized'];
  readonly config?: Readonly<Record<string, YamlValue>>;
  readonly meta?: Readonly<Record<string, YamlValue>>;
  readonly properties?: string;
  readonly schema?: string;
}

/** `models/<folder>/<name>.sql`; `needs` are unique ids. */
export function model(fixture: ModelFixture): CompiledModel {
  const { name, folder = '', needs = [], tags = [], meta = {} } = fixture;
  const folders = folder === '' ? [] : folder.split('/');
  const path = ['models', ...folders, `${name}.sql`].join('/');
  const written = Object.entries(fixture.config ?? {}).map(([key, value]) => [key, located(value, path)] as const);
  return {
    resourceType: 'model',
    id: ids.model(name),
    name,
    path,
    ...(fixture.properties === undefined ? {} : { propertiesPath: fixture.properties }),
    fqn: [project, ...folders, name],
    description: '',
    tags,
    dependsOn: dependencies(path, needs),
    macros: [],
    rawConfig: Object.fromEntries(written),
    config: {
      materialized: fixture.materialized ?? 'view',
      enabled: true,
      tags,
      meta,
      uniqueKey: [],
      onSchemaChange: 'ignore',
      access: 'protected',
    },
    relation: { schema: fixture.schema ?? 'main', name },
    full: text,
    columns: [],
    constraints: [],
    preHooks: [],
    postHooks: [],
  };
}

/** `seeds/<name>.csv`. */
export function seed(name: string, schema = 'main'): CompiledSeed {
  return {
    resourceType: 'seed',
    id: ids.seed(name),
    name,
    path: `seeds/${name}.csv`,
    fqn: [project, name],
    description: '',
    tags: [],
    dependsOn: [],
    macros: [],
    rawConfig: {},
    config: { enabled: true, tags: [], meta: {}, columnTypes: {} },
    relation: { schema, name },
    columns: [],
    constraints: [],
    preHooks: [],
    postHooks: [],
  };
}

/** A table `<source>.<table>` declared in `models/sources.yaml`. */
export function source(sourceName: string, table: string, schema = sourceName): CompiledSource {
  return {
    resourceType: 'source',
    id: ids.source(`${sourceName}.${table}`),
    name: table,
    sourceName,
    sourceDescription: '',
    sourceMeta: {},
    path: 'models/sources.yaml',
    fqn: [project, sourceName, table],
    description: '',
    tags: [],
    dependsOn: [],
    macros: [],
    rawConfig: {},
    relation: { schema, name: table },
    columns: [],
  };
}

/** A dashboard in `models/exposures.yaml`. */
export function exposure(name: string, needs: readonly string[]): CompiledExposure {
  const path = 'models/exposures.yaml';
  return {
    resourceType: 'exposure',
    id: ids.exposure(name),
    name,
    path,
    propertiesPath: path,
    fqn: [project, name],
    description: '',
    tags: [],
    dependsOn: dependencies(path, needs),
    macros: [],
    rawConfig: {},
    type: 'dashboard',
    owner: { name: 'Bo', more: {} },
  };
}

/** Versions of a model, the second one the latest: `orders.v1`, `orders.v2`, `orders.v3`. */
export function versions(name: string, rest: Omit<ModelFixture, 'name'> = {}): readonly CompiledModel[] {
  return [1, 2, 3].map((v) => {
    const base = model({ ...rest, name });
    return {
      ...base,
      id: ids.model(`${name}.v${v}`),
      name: `${name}.v${v}`,
      path: base.path.replace(/\.sql$/, `_v${v}.sql`),
      fqn: [...base.fqn, `v${v}`],
      relation: { ...base.relation, name: `${name}_v${v}` },
      version: { model: name, modelSpan: { path: 'models/schema.yml', start: 0, end: 0 }, v, latest: 2, mayBePlain: v === 2 },
    };
  });
}

export interface TestFixture {
  readonly name: string;
  readonly check?: string;
  readonly needs: readonly string[];
  readonly folder?: string;
  readonly severity?: 'error' | 'warn';
  readonly tags?: readonly string[];
}

/** A generic test of `check` on the first of `needs`, or without `check` a singular test. */
export function test(fixture: TestFixture): CompiledTest {
  const { name, check, needs, folder = '', tags = [] } = fixture;
  const folders = folder === '' ? [] : folder.split('/');
  const path = check === undefined ? `tests/data/${name}.sql` : ['models', ...folders, 'schema.yaml'].join('/');
  const [attachedTo = ''] = needs;
  const zero = { operator: '!=', value: 0, percent: false, text: '!= 0' } as const;
  return {
    resourceType: 'test',
    id: ids.test(name),
    name,
    path,
    fqn: [project, ...folders, name],
    description: '',
    tags,
    dependsOn: dependencies(path, needs),
    macros: [],
    rawConfig: {},
    config: { severity: fixture.severity ?? 'error', warnIf: zero, errorIf: zero, enabled: true, tags, meta: {} },
    span: { path, start: 0, end: 1 },
    test: check === undefined ? { kind: 'singular', text } : { kind: 'generic', check, args: {}, attachedTo: nodeId(attachedTo) },
  };
}

/** A compiled project of `nodes`, in the order given. */
export function projectOf(nodes: readonly GraphNode[], rest: Partial<Pick<CompiledProject, 'broken' | 'disabled'>> = {}): CompiledProject {
  return {
    name: project,
    models: nodes.filter((node) => node.resourceType === 'model'),
    seeds: nodes.filter((node) => node.resourceType === 'seed'),
    snapshots: nodes.filter((node) => node.resourceType === 'snapshot'),
    sources: nodes.filter((node) => node.resourceType === 'source'),
    tests: nodes.filter((node) => node.resourceType === 'test'),
    exposures: nodes.filter((node) => node.resourceType === 'exposure'),
    unitTests: nodes.filter((node) => node.resourceType === 'unit_test'),
    groups: [],
    macros: [],
    docBlocks: [],
    selectors: [],
    onRunStart: [],
    onRunEnd: [],
    disabled: [],
    broken: [],
    ...rest,
  };
}

/** Builds the graph of `nodes` with its diagnostics. */
export function buildFrom(nodes: readonly GraphNode[], rest: Partial<Pick<CompiledProject, 'broken' | 'disabled'>> = {}): Outcome<Graph> {
  return buildGraph(projectOf(nodes, rest));
}

/** The graph of `nodes`, which must be without problems. */
export function graphOf(nodes: readonly GraphNode[]): Graph {
  const { value, diagnostics } = buildFrom(nodes);
  if (diagnostics.length > 0) throw new Error(`the fixture has problems: ${JSON.stringify(diagnostics)}`);
  return value;
}

/**
 * raw.orders -> stg_orders -> orders -> customers <- stg_customers <- raw.customers, with three tests:
 * T1 on stg_orders, T2 on orders and stg_customers, T3 on customers and orders.
 */
export function shop(): Graph {
  return graphOf([
    source('raw', 'orders'),
    source('raw', 'customers'),
    model({ name: 'stg_orders', folder: 'staging', needs: [ids.source('raw.orders')] }),
    model({ name: 'stg_customers', folder: 'staging', needs: [ids.source('raw.customers')] }),
    model({ name: 'orders', folder: 'marts', needs: [ids.model('stg_orders')], tags: ['nightly'], materialized: 'incremental' }),
    model({
      name: 'customers',
      folder: 'marts',
      needs: [ids.model('orders'), ids.model('stg_customers')],
      tags: ['nightly', 'finance'],
      materialized: 'table',
      meta: { pii: true, owner: { team: 'crm' } },
    }),
    test({ name: 'T1', check: 'unique', needs: [ids.model('stg_orders')], folder: 'staging' }),
    test({ name: 'T2', check: 'relationships', needs: [ids.model('orders'), ids.model('stg_customers')], folder: 'marts' }),
    test({ name: 'T3', check: 'relationships', needs: [ids.model('customers'), ids.model('orders')], folder: 'marts' }),
  ]);
}

/** Ids without their type and package: `orders`, `raw.orders`, `T1`. */
export function shortNames(graph: Graph, found: Iterable<NodeId>): readonly string[] {
  return [...found].map((id) => {
    const node = graph.nodes.get(id);
    return node === undefined ? id : shownName(node);
  });
}
