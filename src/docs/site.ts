/** Everything that pages ask about the project: its nodes with their pages, neighbours, tests and columns. */
import { buildColumnGraph } from '../analyze/column-graph.ts';
import type { ColumnGraph } from '../analyze/column-graph.ts';
import type { CompiledTest } from '../compile/compiled.ts';
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { Graph, GraphNode, ResourceType } from '../graph/graph.ts';
import type { PastBuild, PastCheck } from '../state/history-reader.ts';
import { fileName } from './page-names.ts';
import { selectorWord } from './selector-word.ts';
import type { Verdict } from './site-data.ts';
import type { SiteInput } from './site-input.ts';
import { shownName } from '../graph/shown-name.ts';

/** A node with its page. */
export interface SiteNode {
  readonly id: string;
  readonly kind: ResourceType;
  /** `orders`, `shop.orders`: what users call it. */
  readonly label: string;
  /** `model/orders`: the path of its page, without what tells files apart from folders and sections. */
  readonly page: string;
  /** Folder of its file, for grouping. */
  readonly folder: string;
  readonly node: GraphNode;
}

export interface Site {
  readonly input: SiteInput;
  /** In the order of the graph. */
  readonly nodes: ReadonlyMap<string, SiteNode>;
  /** All but tests, by label. */
  readonly listed: readonly SiteNode[];
  readonly columnEdges: ColumnGraph | undefined;
  /** Hides secrets. For texts that are cut or coloured before they stand on a page, and for data. */
  readonly mask: (text: string) => string;
  /** Neighbours that are no tests. */
  readonly parentsOf: (id: string) => readonly SiteNode[];
  readonly childrenOf: (id: string) => readonly SiteNode[];
  /** Tests that look at a node. */
  readonly testsOf: (id: string) => readonly TestOfNode[];
}

export interface TestOfNode {
  readonly page: SiteNode;
  readonly test: CompiledTest;
  /** The column of the node that it stands on. */
  readonly column: string | undefined;
}

export function buildSite(input: SiteInput): Site {
  const { graph, analysis, fold } = input;
  const mask = (text: string): string => hideSecrets(text, input.findSecrets);
  const nodes = placeNodes(graph, mask);
  const at = (ids: readonly string[] | undefined): readonly SiteNode[] =>
    (ids ?? []).flatMap((id) => {
      const found = nodes.get(id);
      return found === undefined || found.kind === 'test' ? [] : [found];
    });
  const parents: ReadonlyMap<string, readonly string[]> = graph.parents;
  const children: ReadonlyMap<string, readonly string[]> = graph.children;
  const tests = collectTests(nodes);
  return {
    input,
    nodes,
    listed: [...nodes.values()].filter(({ kind }) => kind !== 'test').sort((a, b) => compareText(a.label, b.label)),
    columnEdges: analysis === undefined ? undefined : buildColumnGraph(analysis, graph, fold, false),
    mask,
    parentsOf: (id) => at(parents.get(id)),
    childrenOf: (id) => at(children.get(id)),
    testsOf: (id) => tests.get(id) ?? [],
  };
}

/** The same everywhere, whatever the language of the machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names of pages are made of what may be shown, so that links need no mask. */
function placeNodes(graph: Graph, mask: Site['mask']): ReadonlyMap<string, SiteNode> {
  const nodes = new Map<string, SiteNode>();
  const taken = new Set<string>();
  for (const node of graph.nodes.values()) {
    // What they check is the code; the site shows data.
    if (node.resourceType === 'unit_test') continue;
    const label = mask(shownName(node));
    const wanted = `${node.resourceType}/${fileName(label)}`;
    // Tests of one name are told apart by the end of their ids.
    const byId = `${node.resourceType}/${fileName(mask(node.id))}`;
    let page = taken.has(wanted) ? byId : wanted;
    for (let number = 2; taken.has(page); number += 1) page = `${byId}-${number}`;
    taken.add(page);
    const folder = mask(node.path.slice(0, Math.max(0, node.path.lastIndexOf('/'))));
    nodes.set(node.id, { id: node.id, kind: node.resourceType, label, page, folder, node });
  }
  return nodes;
}

function collectTests(nodes: ReadonlyMap<string, SiteNode>): ReadonlyMap<string, readonly TestOfNode[]> {
  const tests = new Map<string, TestOfNode[]>();
  for (const page of nodes.values()) {
    const { node } = page;
    if (node.resourceType !== 'test') continue;
    const { test } = node;
    const tested = test.kind === 'generic' ? [test.attachedTo] : node.dependsOn.map(({ id }) => id);
    const column = test.kind === 'generic' ? test.column : undefined;
    for (const id of tested) {
      const list = tests.get(id);
      const entry = { page, test: node, column };
      if (list === undefined) tests.set(id, [entry]);
      else list.push(entry);
    }
  }
  return tests;
}

/** What people call a node: exposures may have a name for them beside that for selectors. */
export function titleOf({ node, label }: SiteNode): string {
  return node.resourceType === 'exposure' ? (node.label ?? label) : label;
}

/** The word that selects a node. */
export function wordOf({ mask }: Site, { kind, label, node }: SiteNode): string {
  return selectorWord({ kind, label, fqn: mask(node.fqn.join('.')) });
}

export function lastCheck({ input }: Site, id: string): PastCheck | undefined {
  return input.history.checks.get(id)?.[0];
}

export function lastBuild({ input }: Site, id: string): PastBuild | undefined {
  return input.history.builds.get(id)?.find(({ status }) => status !== 'retried');
}

/** What a word of a result means for trust. */
export function verdictOf(status: string | undefined): Verdict {
  switch (status) {
    case 'pass':
    case 'success':
      return 'ok';
    case 'warn':
    case 'cancelled':
    case 'interrupted':
      return 'warn';
    case 'fail':
    case 'error':
    case 'failed':
    case 'runtime error':
      return 'fail';
    default:
      return 'unknown';
  }
}

const order: readonly Verdict[] = ['unknown', 'ok', 'warn', 'fail'];

/** The worst of what is known. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'unknown');
}

/** Of a node: whether it can be built, its last build, its tests, its age; of what only reads, that of what it reads. */
export function trustOf(site: Site, { id, kind }: Pick<SiteNode, 'id' | 'kind'>): Verdict {
  if (site.input.errors.has(id)) return 'fail';
  if (kind === 'test') return verdictOf(lastCheck(site, id)?.status);
  if (kind === 'exposure') return worst(site.parentsOf(id).map((parent) => trustOf(site, parent)));
  const tests = site.testsOf(id).map(({ page }) => verdictOf(lastCheck(site, page.id)?.status));
  return worst([verdictOf(lastBuild(site, id)?.status), verdictOf(site.input.freshness.get(id)?.status), ...tests]);
}
