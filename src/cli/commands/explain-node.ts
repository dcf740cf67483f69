/** `tx explain --node <name>`: what is known of a node, and what the next build would do with it. */
import type { NodeId } from '../../compile/compiled.ts';
import { describePlace } from '../../diagnostics/frame.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { nodeConfig } from '../../graph/node-config.ts';
import { toPlain } from '../../graph/plain-value.ts';
import type { BuildStep, Plan, UnchangedStep } from '../../plan/plan.ts';
import type { CheckEntry, ConfigEntry, NodeExplanation } from '../../report/node-explanation.ts';
import { renderExplanation } from '../../report/node-explanation.ts';
import { describeStep } from '../../report/plan-text.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { planLoaded } from '../run-command.ts';
import type { Screen } from '../screen.ts';
import { loadWhole } from '../whole-texts.ts';
import { selectNodes } from '../select-nodes.ts';
import { shownName } from '../../graph/shown-name.ts';

export interface ExplainNodeOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  readonly output: 'text' | 'json';
}

/** `name` is a selector; tests that come along with what it names are left out. */
export async function explainNode(host: Host, screen: Screen, options: ExplainNodeOptions, name: string): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const selection: SelectionOptions = {
    select: [name],
    exclude: [],
    resourceType: [],
    excludeResourceType: [],
    indirectSelection: 'empty',
  };
  const found = selectNodes(host, screen, loaded, selection);
  const untested = [...found].filter((id) => !['test', 'unit_test'].includes(loaded.graph.nodes.get(id)?.resourceType ?? ''));
  // `stg+` names the tests of each model too, which every model lists anyway.
  const selected = untested.length === 0 ? found : new Set(untested);
  const whole = await loadWhole(host, screen, loaded, selected);
  const plan = await planOf(host, screen, { loaded: whole, options: { ...options, ...selection }, selected });
  const explained = [...selected].flatMap((id) => {
    const node = whole.graph.nodes.get(id);
    return node === undefined ? [] : [explain(screen, whole, node, plan)];
  });
  if (options.output === 'json') screen.data(explained.length === 1 ? explained[0] : explained, 2);
  else screen.result(explained.map((entry) => renderExplanation(entry, screen.resultStyle)).join('\n\n'));
  return exitCodes.ok;
}

interface Wanted {
  readonly loaded: LoadedGraph;
  readonly options: ExplainNodeOptions & SelectionOptions;
  readonly selected: ReadonlySet<NodeId>;
}

/** What a build of these nodes would do; undefined where there is nothing to build among them. */
async function planOf(host: Host, screen: Screen, { loaded, options, selected }: Wanted): Promise<Plan | undefined> {
  const isBuilt = [...selected].some((id) => ['model', 'seed', 'snapshot'].includes(loaded.graph.nodes.get(id)?.resourceType ?? ''));
  if (!isBuilt) return undefined;
  return (await planLoaded(host, screen, { command: 'build', options }, loaded))?.plan;
}

function explain(screen: Screen, { graph, engine }: LoadedGraph, node: GraphNode, plan: Plan | undefined): NodeExplanation {
  const nameOf = (id: NodeId): string => {
    const found = graph.nodes.get(id);
    if (found === undefined) return id;
    return `${found.resourceType} ${shownName(found)}`;
  };
  const children = graph.children.get(node.id) ?? [];
  const isTest = (id: NodeId): boolean => ['test', 'unit_test'].includes(graph.nodes.get(id)?.resourceType ?? '');
  const step = plan?.steps.find(
    (each): each is BuildStep | UnchangedStep => (each.kind === 'build' || each.kind === 'unchanged') && each.id === node.id,
  );
  return {
    id: node.id,
    resourceType: node.resourceType,
    name: shownName(node),
    path: node.path,
    ...(node.propertiesPath === undefined ? {} : { propertiesPath: node.propertiesPath }),
    description: node.description,
    ...('relation' in node && !isEphemeral(node) ? { relation: engine.dialect.relation(node.relation) } : {}),
    ...nextOf(node, step),
    config: configOf(screen, node),
    parents: (graph.parents.get(node.id) ?? []).map(nameOf),
    children: children.filter((id) => !isTest(id)).map(nameOf),
    tests: children.flatMap((id) => testOf(screen, graph.nodes.get(id))),
    macros: node.macros,
    ...sqlOf(node),
  };
}

function isEphemeral(node: GraphNode): boolean {
  return node.resourceType === 'model' && node.config.materialized === 'ephemeral';
}

function nextOf(node: GraphNode, step: BuildStep | UnchangedStep | undefined): Pick<NodeExplanation, 'next'> {
  if (step?.kind === 'unchanged') return { next: { action: step.build?.materialization ?? 'nothing', reason: 'unchanged' } };
  if (step !== undefined) {
    const { kind, reason } = describeStep(step);
    return { next: { action: kind, reason } };
  }
  if (isEphemeral(node)) return { next: { action: 'nothing', reason: 'ephemeral: part of the queries that read it' } };
  return {};
}

/** Every key that somebody set, with its place, and the defaults of the others. */
function configOf(screen: Screen, node: GraphNode): readonly ConfigEntry[] {
  return Object.entries(nodeConfig(node))
    .map(([key, value]): ConfigEntry => {
      const span = node.rawConfig[key]?.span;
      return { key, value: toPlain(value), ...(span === undefined ? {} : { setAt: describePlace(span, screen.sources) }) };
    })
    .sort((a, b) => Number(a.setAt === undefined) - Number(b.setAt === undefined));
}

function testOf(screen: Screen, node: GraphNode | undefined): readonly CheckEntry[] {
  if (node?.resourceType !== 'test' && node?.resourceType !== 'unit_test') return [];
  const severity = node.resourceType === 'test' ? node.config.severity : 'error';
  return [{ name: node.name, severity, declaredAt: describePlace(node.span, screen.sources) }];
}

function sqlOf(node: GraphNode): Pick<NodeExplanation, 'sql'> {
  if (node.resourceType === 'test') return node.test.text === undefined ? {} : { sql: { full: node.test.text.sql } };
  if (node.resourceType === 'snapshot') return { sql: { full: node.full.sql, incremental: node.current.sql } };
  if (node.resourceType !== 'model') return {};
  const { full, incremental } = node;
  const isOther = incremental !== undefined && incremental.sql !== full.sql;
  return { sql: { full: full.sql, ...(isOther ? { incremental: incremental.sql } : {}) } };
}
