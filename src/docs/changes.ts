/** Finds what differs between an earlier project and this one: nodes, their columns, and what these reach. */
import { findDeciders } from '../analyze/column-deciders.ts';
import { findColumnDifferences, removedColumn } from '../analyze/column-differences.ts';
import type { ColumnDifference } from '../analyze/column-differences.ts';
import { followColumn } from '../analyze/column-flow.ts';
import type { ColumnFlow, ColumnReach } from '../analyze/column-flow.ts';
import { buildColumnGraph } from '../analyze/column-graph.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { NodeFacets } from '../graph/node-facets.ts';
import { plainConfig } from '../graph/node-facets.ts';
import { canonicalJson } from '../graph/plain-value.ts';
import type { PlainValue } from '../graph/plain-value.ts';
import type { SavedNode } from '../graph/read-saved-project.ts';
import { shownName } from '../graph/shown-name.ts';
import type { GraphNode } from '../graph/graph.ts';
import { compiledOf } from './compiled-sql.ts';
import { compareText } from './site.ts';
import type { Site, SiteNode } from './site.ts';
import type { EarlierProject } from './site-input.ts';

/** `inherited`: only its columns are others, by what it reads. */
export type How = 'added' | 'changed' | 'inherited' | 'removed';

export interface ValueChange {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a removed column reaches is what it did. */
export type ColumnChange = ColumnDifference & ColumnReach;

export interface TextChange {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

export interface NodeChange {
  readonly id: NodeId;
  readonly label: string;
  readonly kind: string;
  readonly how: How;
  /** Absent for what is gone, and what has no page. */
  readonly node: SiteNode | undefined;
  /** What differs, in a word each: `SQL`, `config`. */
  readonly words: readonly string[];
  readonly config: readonly ValueChange[];
  readonly descriptions: readonly TextChange[];
  readonly columns: readonly ColumnChange[];
  /** False where the columns of one of both sides are not known. */
  readonly areColumnsKnown: boolean;
  /** Absent where pages show no SQL. */
  readonly text: TextChange | undefined;
  /** Nodes below, whose data may be others by it. */
  readonly reaches: readonly SiteNode[];
}

export interface Changes {
  readonly earlier: EarlierProject;
  /** By how, kind and label. */
  readonly all: readonly NodeChange[];
  readonly of: ReadonlyMap<string, NodeChange>;
  /** Exposures that something reaches, each with what does. */
  readonly exposures: ReadonlyMap<SiteNode, readonly NodeChange[]>;
}

interface Work {
  readonly site: Site;
  readonly earlier: EarlierProject;
  readonly now: ColumnFlow;
  readonly before: ColumnFlow;
  readonly childrenBefore: ReadonlyMap<NodeId, readonly NodeId[]>;
}

export function findChanges(site: Site): Changes | undefined {
  const { earlier } = site.input;
  if (earlier === undefined) return undefined;
  const { fold, graph, analysis } = site.input;
  const was = { nodes: earlier.columns };
  const work: Work = {
    site,
    earlier,
    now: { edges: site.columnEdges, deciders: analysis === undefined ? () => [] : findDeciders(analysis, graph, fold) },
    before: { edges: buildColumnGraph(was, earlier, fold, false), deciders: findDeciders(was, earlier, fold) },
    childrenBefore: childrenOf(earlier),
  };
  const all: NodeChange[] = [];
  for (const node of graph.nodes.values()) {
    const before = earlier.project.nodes.get(node.id);
    const change = before === undefined ? addedNode(work, node) : changedNode(work, node, before);
    if (change !== undefined) all.push(change);
  }
  for (const node of earlier.project.nodes.values()) if (!graph.nodes.has(node.id)) all.push(removedNode(work, node));
  const order: readonly How[] = ['added', 'changed', 'inherited', 'removed'];
  all.sort((a, b) => order.indexOf(a.how) - order.indexOf(b.how) || compareText(a.kind, b.kind) || compareText(a.label, b.label));
  return { earlier, all, of: new Map(all.map((change) => [change.id, change])), exposures: findExposures(all) };
}

function findExposures(all: readonly NodeChange[]): Changes['exposures'] {
  const found = new Map<SiteNode, NodeChange[]>();
  for (const change of all) {
    for (const node of change.reaches) {
      if (node.kind !== 'exposure') continue;
      const list = found.get(node);
      if (list === undefined) found.set(node, [change]);
      else list.push(change);
    }
  }
  return new Map([...found].sort(([a], [b]) => compareText(a.label, b.label)));
}

function childrenOf({ project }: EarlierProject): Work['childrenBefore'] {
  const children = new Map<NodeId, NodeId[]>();
  for (const { id, parents } of project.nodes.values()) {
    for (const parent of parents) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [id]);
      else list.push(id);
    }
  }
  return children;
}

function bare(node: Pick<GraphNode, 'id' | 'resourceType'>, label: string, how: How): Omit<NodeChange, 'node'> {
  const nothing = { words: [], config: [], descriptions: [], columns: [], areColumnsKnown: true, text: undefined, reaches: [] };
  return { id: node.id, label, kind: node.resourceType, how, ...nothing };
}

function addedNode({ site }: Work, node: GraphNode): NodeChange {
  return { ...bare(node, shownName(node), 'added'), node: site.nodes.get(node.id), reaches: reachedBy(site, site.input.graph.children, node.id) };
}

function removedNode(work: Work, before: SavedNode): NodeChange {
  const { site, earlier } = work;
  const columns = earlier.columns.get(before.id)?.columns ?? [];
  const gone = columns.map((column) => ({ ...removedColumn(column), ...followColumn(work.before, { node: before.id, column: column.name }) }));
  const sql = earlier.nodes.get(before.id)?.sql ?? '';
  const source = before.source === '' ? sql : before.source;
  return {
    id: before.id,
    label: before.label,
    kind: before.resourceType,
    how: 'removed',
    node: undefined,
    words: [],
    config: [],
    descriptions: before.description === '' ? [] : [{ title: 'Description', before: before.description, after: '' }],
    columns: gone,
    areColumnsKnown: columns.length > 0,
    text: site.input.code && source !== '' ? { title: 'Source', before: source, after: '' } : undefined,
    reaches: reachedBy(site, work.childrenBefore, before.id),
  };
}

function changedNode(work: Work, node: GraphNode, before: SavedNode): NodeChange | undefined {
  const { site, earlier } = work;
  const now = earlier.facets.get(node.id);
  if (now === undefined) return undefined;
  const columns = compareColumns(work, node.id);
  const config = compareConfig(earlier, node, before);
  const descriptions = compareDescriptions(node, before);
  const words = wordsFor(node, { before: before.facets, now }, { config, descriptions, columns });
  if (words.length === 0) return undefined;
  const shown = { node: site.nodes.get(node.id), words };
  // Where these come from says where they go: told again at each node below, that would be without end.
  if (words.every((word) => word === 'columns')) return { ...bare(node, shownName(node), 'inherited'), ...shown, columns: columns ?? [] };
  // A description is no reason for other data.
  const isData = words.some((word) => !['description', 'tags', 'group'].includes(word));
  return {
    ...bare(node, shownName(node), 'changed'),
    ...shown,
    config: site.input.code ? config : config.filter(({ key }) => !sqlKeys.has(key)),
    descriptions,
    columns: (columns ?? []).map((column) => ({
      ...column,
      ...followColumn(column.how === 'removed' ? work.before : work.now, { node: node.id, column: column.name }),
    })),
    areColumnsKnown: columns !== undefined,
    text: compareSql(work, node, before),
    reaches: isData ? reachedBy(site, site.input.graph.children, node.id) : [],
  };
}

interface Found {
  readonly config: readonly ValueChange[];
  readonly descriptions: readonly TextChange[];
  readonly columns: readonly ColumnChange[] | undefined;
}

function wordsFor(node: GraphNode, { before, now }: { readonly before: NodeFacets; readonly now: NodeFacets }, found: Found): readonly string[] {
  const bodies: Readonly<Record<string, string>> = { seed: 'file', source: 'where it reads from', exposure: 'definition', unit_test: 'rows' };
  const keys = new Set(found.config.map(({ key }) => key));
  const isOther = (side: keyof NodeFacets): boolean => before[side] !== now[side];
  const isBody = before.body === undefined || isOther('body');
  return [
    isBody ? (bodies[node.resourceType] ?? 'SQL') : undefined,
    [...keys].some((key) => !['tags', 'group'].includes(key)) ? 'config' : undefined,
    ...['tags', 'group'].filter((key) => keys.has(key)),
    isOther('relation') && node.resourceType === 'source' ? 'table' : undefined,
    isOther('fqn') ? 'folder' : undefined,
    (found.columns ?? []).length > 0 ? 'columns' : undefined,
    isOther('contract') && found.columns === undefined ? 'declared columns' : undefined,
    isOther('constraints') ? 'constraints' : undefined,
    found.descriptions.length > 0 ? 'description' : undefined,
  ].filter((word) => word !== undefined);
}

/** Keys whose values are SQL, or may be. */
const sqlKeys: ReadonlySet<string> = new Set(
  'pre_hook post_hook pre-hook post-hook where incremental_predicates partition_by delete_when updated_at fail_calc'.split(' '),
);

function compareConfig({ project }: EarlierProject, node: GraphNode, before: SavedNode): readonly ValueChange[] {
  const now = plainConfig(node);
  // Another program writes many keys that nobody has set.
  const keys = project.isOurs ? new Set([...Object.keys(before.config), ...Object.keys(now)]) : Object.keys(now).filter((key) => key in before.config);
  return [...keys].sort(compareText).flatMap((key) => {
    const [was, is] = [valueText(before.config[key]), valueText(now[key])];
    return was === is ? [] : [{ key, before: was, after: is }];
  });
}

function valueText(value: PlainValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : canonicalJson(value);
}

function compareDescriptions(node: GraphNode, before: SavedNode): readonly TextChange[] {
  const told = (title: string, was: string, is: string): readonly TextChange[] => (was === is ? [] : [{ title, before: was, after: is }]);
  const columns = 'columns' in node ? node.columns : [];
  const was = new Map(before.columns.map(({ name, description }) => [name, description]));
  const is = new Map(columns.map(({ name, description }) => [name, description]));
  return [
    ...told('Description', before.description, node.description),
    ...[...new Set([...is.keys(), ...was.keys()])].flatMap((name) => told(`Column ${name}`, was.get(name) ?? '', is.get(name) ?? '')),
  ];
}

/** Undefined where one of both sides is not known. */
function compareColumns(work: Work, id: NodeId): readonly ColumnChange[] | undefined {
  const { site, earlier } = work;
  const { fold, analysis, catalog } = site.input;
  const known = analysis?.nodes.get(id);
  const after = analysis === undefined ? catalog.get(id)?.columns : known?.kind === 'known' ? known.columns : undefined;
  const before = earlier.columns.get(id)?.columns;
  if (after === undefined || before === undefined) return undefined;
  return findColumnDifferences(before, after, fold).map((difference) => ({ ...difference, ...nowhere }));
}

const nowhere = { reaches: [], decides: [] } as const;

/** Nodes below that are there now, tests left out. */
function reachedBy({ nodes }: Site, children: ReadonlyMap<NodeId, readonly NodeId[]>, start: NodeId): readonly SiteNode[] {
  const found = new Set([start]);
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child);
  found.delete(start);
  return [...found].flatMap((id) => {
    const node = nodes.get(id);
    return node === undefined || node.kind === 'test' ? [] : [node];
  });
}

/** What somebody wrote, or else what came of it. */
function compareSql({ site, earlier }: Work, node: GraphNode, before: SavedNode): TextChange | undefined {
  if (!site.input.code) return undefined;
  const source = node.resourceType === 'model' || (node.resourceType === 'test' && node.test.kind === 'singular') ? site.input.rawText(node.path) : undefined;
  if (source !== undefined && before.source !== '' && source !== before.source) return { title: 'Source', before: before.source, after: source };
  const now = compiledOf(node);
  // Of a snapshot, a manifest has the rows as they are.
  const [was, is] = [earlier.nodes.get(node.id)?.sql, node.resourceType === 'snapshot' ? now?.later : now?.full];
  return was === undefined || is === undefined || was === is ? undefined : { title: 'Compiled', before: was, after: is };
}
