/** Turns the tests of the graph into checks with SQL shapes, and decides where each of them runs. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import { bucketStart } from '../checks/anomaly-rule.ts';
import type { CheckDefinition, CheckTarget } from '../checks/check-definition.ts';
import type { CompiledTest, NodeId, Threshold } from '../compile/compiled.ts';
import { anyViolation } from '../compile/thresholds.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Action, PlannedCheck, PlannedQueryTest } from './action.ts';
import { checkFingerprint } from './check-fingerprint.ts';
import { declaredColumns, exposedColumns } from './declared-columns.ts';
import { failuresRelation } from './neighbour-name.ts';
import type { PlanInput } from './plan-input.ts';
import type { TextCollector } from './texts.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** Columns of `node` whose values must not be shown. */
export function maskedColumns(node: GraphNode | undefined): readonly string[] {
  if (node === undefined || !('columns' in node)) return [];
  return node.columns.filter((column) => column.pii !== undefined && column.pii !== false).map((column) => column.name);
}

/** Columns that tell the rows of `node` apart: its declared key, and what a `unique` test stands on. */
export function keyColumns(graph: Graph, node: GraphNode): readonly string[] {
  if (node.resourceType === 'test' || node.resourceType === 'unit_test') return [];
  const declared = node.resourceType === 'model' || node.resourceType === 'snapshot' ? node.config.uniqueKey : [];
  const tested = (graph.children.get(node.id) ?? []).flatMap((id) => {
    const child = graph.nodes.get(id);
    if (child?.resourceType !== 'test' || child.test.kind !== 'generic') return [];
    const { check, column, attachedTo } = child.test;
    return check === 'unique' && attachedTo === node.id && column !== undefined ? [column] : [];
  });
  return [...new Set([...declared, ...tested])];
}

export function nodeOf(graph: Graph, id: NodeId): GraphNode {
  return graph.nodes.get(id) ?? bug(`node ${id} is not in the graph`);
}

/** SQL that stands for a node in a FROM clause: its quoted name, its file reader, or its own query in parentheses. */
function relationSql(input: PlanInput, node: GraphNode): string {
  if (!('relation' in node)) return bug(`a ${node.resourceType} is no relation`);
  if (node.resourceType === 'source' && node.external !== undefined) return node.external;
  if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') return `(\n${node.full.sql}\n)`;
  return input.dialect.relation(node.relation);
}

const foundViews = new WeakMap<readonly CatalogRelation[], ReadonlySet<string>>();

/** Views that stand, whoever made them: gathered once, as very many sources may be asked about. */
function viewsOf(catalog: readonly CatalogRelation[], dialect: Dialect): ReadonlySet<string> {
  const known = foundViews.get(catalog);
  if (known !== undefined) return known;
  const views = new Set(catalog.flatMap(({ kind, relation }) => (kind === 'view' ? [folded(relation, dialect)] : [])));
  foundViews.set(catalog, views);
  return views;
}

const folded = ({ schema, name }: Relation, { foldIdentifier: fold }: Dialect): string => `${fold(schema)}\n${fold(name)}`;

function isView(node: GraphNode, { catalog, dialect }: Pick<PlanInput, 'catalog' | 'dialect'>): boolean {
  if (node.resourceType === 'source')
    return (
      node.external !== undefined || (node.relation.database === undefined && viewsOf(catalog, dialect).has(folded(node.relation, dialect)))
    );
  return node.resourceType === 'model' && (node.config.materialized === 'view' || node.config.materialized === 'ephemeral');
}

/** What a check asks of the rows, without how its answer is judged and shown. */
export type Question = Pick<PlannedCheck, 'check' | 'shape' | 'remembers' | 'point'> & FittingConfig;

export function planQuestion(input: PlanInput, test: CompiledTest, under: GraphNode): Question {
  if (test.test.kind !== 'generic') return bug('not a generic test');
  const { check, args } = test.test;
  const definition = input.findCheck(check) ?? bug(`check ${check} is not in the vocabulary`);
  const settings = definition.anomaly?.(args);
  return {
    check,
    shape: definition.shape(args, checkTarget(input, test, under)),
    ...fittingConfig(input, test.config, definition),
    ...(definition.remembers === true ? { remembers: true } : {}),
    ...(settings === undefined ? {} : { point: bucketStart(settings.bucket, Date.parse(input.run.startedAt)) }),
  };
}

function planCheck(input: PlanInput, test: CompiledTest, under: GraphNode): PlannedCheck {
  if (test.test.kind !== 'generic') return bug('not a generic test');
  const { args, column } = test.test;
  const { severity, limit } = test.config;
  const question = planQuestion(input, test, under);
  const fingerprint = checkFingerprint(question);
  return {
    id: test.id,
    name: test.name,
    ...question,
    relationName: under.resourceType === 'source' ? `${under.sourceName}.${under.name}` : under.name,
    args,
    span: test.span,
    severity,
    maskedColumns: maskedColumns(under),
    leadingColumns: [...keyColumns(input.graph, under), ...(column === undefined ? [] : [column])],
    ...(column === undefined ? {} : { column }),
    ...(limit === undefined ? {} : { limit }),
    ...keepingOf(test),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

/** Whether failing rows are stored, and where a view shows them: under the name of the test. */
function keepingOf({ name, config }: CompiledTest): Pick<PlannedCheck, 'keeps' | 'keepsIn'> {
  if (config.storeFailures !== true) return {};
  return { keeps: true, ...(config.failuresSchema === undefined ? {} : { keepsIn: failuresRelation(name, config.failuresSchema) }) };
}

/** What a check looks at when it stands on `under`. */
function checkTarget({ dialect, run, state, graph }: PlanInput, test: CompiledTest, under: GraphNode): CheckTarget {
  const column = test.test.kind === 'generic' ? test.test.column : undefined;
  return {
    dialect,
    column: column === undefined ? undefined : dialect.quoteIdentifier(column),
    columnName: column,
    now: run.startedAt,
    previous: state.measures[test.id],
    points: state.points[test.id],
    // Few checks look at these, and a node may have very many children.
    get declared() {
      return declaredColumns(under);
    },
    get exposed() {
      return exposedColumns(graph, under);
    },
  };
}

/** What is left of a threshold where nobody counts the rows of which it could be a percentage. */
function withoutShare(threshold: Threshold): Threshold {
  return threshold.percent ? anyViolation : threshold;
}

type FittingConfig = Pick<PlannedCheck, 'unit' | 'warnIf' | 'errorIf' | 'groupBy' | 'onNull' | 'where' | 'whereSpan'>;

/** Config that says something for this check: what a folder says for checks of all kinds may not. */
function fittingConfig({ dialect }: PlanInput, config: CompiledTest['config'], definition: CheckDefinition): FittingConfig {
  const { where, whereSpan, onNull } = config;
  const groupBy = definition.groupable ? (config.groupBy ?? []).map(dialect.quoteIdentifier) : [];
  const unit = groupBy.length > 0 && definition.counts === 'value' ? 'groups' : definition.counts;
  const isShare = unit === 'rows' || unit === 'keys' || unit === 'groups';
  const fitting = (threshold: Threshold): Threshold => (isShare ? threshold : withoutShare(threshold));
  return {
    unit,
    warnIf: fitting(config.warnIf),
    errorIf: fitting(config.errorIf),
    ...(groupBy.length === 0 ? {} : { groupBy }),
    ...(onNull === undefined || !definition.decidesNulls ? {} : { onNull }),
    ...(where === undefined || unit === 'columns' ? {} : { where }),
    ...(whereSpan === undefined ? {} : { whereSpan }),
  };
}

function planQueryTest(input: PlanInput, test: CompiledTest, collector: TextCollector): PlannedQueryTest | undefined {
  const query = collector.query(test.id, test.test.text ?? bug('a test without SQL of its own'), test.id);
  if (query === undefined) return undefined;
  const parents = test.dependsOn.map((dependency) => input.graph.nodes.get(dependency.id));
  return {
    id: test.id,
    name: test.name,
    query,
    span: test.span,
    severity: test.config.severity,
    warnIf: withoutShare(test.config.warnIf),
    errorIf: withoutShare(test.config.errorIf),
    maskedColumns: parents.flatMap(maskedColumns),
    ...(test.test.kind === 'generic' ? { check: test.test.check } : {}),
    ...(test.config.limit === undefined ? {} : { limit: test.config.limit }),
    ...keepingOf(test),
  };
}

/** Whether a declared test reads the relation by its name, beside looking at it. */
export function namesRelation(input: PlanInput, test: CompiledTest, relation: Relation): boolean {
  if (test.test.kind !== 'generic') return false;
  // SQL of its own calls the relation by its name.
  if (test.test.text !== undefined) return true;
  const { check, args, attachedTo } = test.test;
  const definition = input.findCheck(check) ?? bug(`check ${check} is not in the vocabulary`);
  const shape = definition.shape(args, checkTarget(input, test, nodeOf(input.graph, attachedTo)));
  const name = JSON.stringify(input.dialect.relation(relation)).slice(1, -1);
  const own = definition.arguments.filter(({ type }) => type === 'condition' || type === 'expression').map((spec) => args[spec.name]);
  // A query that the user wrote may call the relation by any of its names.
  const hasQuery = [test.config.where, ...own].some((sql) => typeof sql === 'string' && /\bselect\b/i.test(sql));
  return hasQuery || JSON.stringify([shape, test.config.where ?? '']).includes(name);
}

/** What an audit looks at. */
interface Looked {
  /** SQL that stands for the node meanwhile. */
  readonly relation?: string;
  /** Which build of it. */
  readonly ordinal: number;
}

/** One audit of `under` (or of nothing in particular, for singular tests alone) with all of `tests`. */
export function planAudit(
  input: PlanInput,
  under: GraphNode | undefined,
  tests: readonly CompiledTest[],
  collector: TextCollector,
  { relation, ordinal }: Looked,
): Audit | undefined {
  const checks = tests
    .filter((test) => test.test.text === undefined)
    .map((test) => planCheck(input, test, under ?? bug('a check needs a node')));
  const queries = tests.flatMap((test) => (test.test.text === undefined ? [] : (planQueryTest(input, test, collector) ?? [])));
  if (checks.length + queries.length === 0) return undefined;
  return {
    kind: 'audit',
    relation: relation ?? (under === undefined ? '' : relationSql(input, under)),
    relationKind: under !== undefined && isView(under, input) ? 'view' : 'table',
    checks,
    queries,
    ...(under?.resourceType !== 'model' || under.config.materialized !== 'incremental' ? {} : { ordinal }),
  };
}

/** Where tests run: inside the transaction of the node they judge, before what reads a node that is not built, or on their own. */
export interface TestPlacement {
  readonly inside: ReadonlyMap<NodeId, readonly CompiledTest[]>;
  /** By the node whose readers wait for them. */
  readonly gating: ReadonlyMap<NodeId, readonly CompiledTest[]>;
  readonly alone: readonly CompiledTest[];
}

/**
 * A test belongs to the last node it reads, if that one stands below all the others. If the node is built in this run,
 * the test runs inside its transaction and can stop the publication. If it is not (a source, an ephemeral model, a table
 * of an earlier run), what reads it waits for the test. Any other test runs once all that it reads are published.
 */
export function placeTests(graph: Graph, tests: readonly CompiledTest[], built: ReadonlySet<NodeId>): TestPlacement {
  const inside = new Map<NodeId, CompiledTest[]>();
  const gating = new Map<NodeId, CompiledTest[]>();
  const alone: CompiledTest[] = [];
  const isAbove = createAncestry(graph);
  for (const test of tests) {
    const parents = graph.parents.get(test.id) ?? [];
    const last = test.test.kind === 'generic' ? test.test.attachedTo : lastOf(graph, parents);
    if (last !== undefined && parents.every((parent) => parent === last || isAbove(parent, last))) {
      const map = built.has(last) ? inside : gating;
      const list = map.get(last);
      if (list === undefined) map.set(last, [test]);
      else list.push(test);
    } else alone.push(test);
  }
  return { inside, gating, alone };
}

function lastOf(graph: Graph, ids: readonly NodeId[]): NodeId | undefined {
  let last: NodeId | undefined;
  for (const id of ids) {
    if (last === undefined || (graph.positions.get(id) ?? 0) > (graph.positions.get(last) ?? 0)) last = id;
  }
  return last;
}

/** Answers "is `above` an ancestor of `below`?", looking only at the part of the graph between the two. */
function createAncestry(graph: Graph): (above: NodeId, below: NodeId) => boolean {
  const position = (id: NodeId): number => graph.positions.get(id) ?? 0;
  return (above, below) => {
    const limit = position(above);
    const seen = new Set<NodeId>();
    const stack = [...(graph.parents.get(below) ?? [])];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (id === above) return true;
      if (seen.has(id) || position(id) <= limit) continue;
      seen.add(id);
      stack.push(...(graph.parents.get(id) ?? []));
    }
    return false;
  };
}
