/** Makes whole the texts that are written from the columns of other nodes. */
import type { Binder } from '../adapter/analysis.ts';
import type { RenderRequest } from '../compile/column-slots.ts';
import { fillColumns, nodesOfRequest, requestsIn } from '../compile/column-slots.ts';
import type { RenderAgain } from '../compile/render-again.ts';
import type { CompiledRelation, CompiledText, NodeId } from '../compile/compiled.ts';
import { ephemeralName } from '../compile/node-index.ts';
import { fillSlots } from '../compile/slots.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph } from '../graph/graph.ts';
import { shownName } from '../graph/shown-name.ts';
import type { NodeAnalysis } from './analysis.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import { describeQueryProblem } from './describe-query-problem.ts';
import { textsOf } from './waves.ts';
import type { QueryNode } from './waves.ts';
import { readColumns } from './supposed-columns.ts';
import type { KnownRelation } from './write-columns.ts';
import { fillFromRelations } from './write-columns.ts';

export interface FilledText {
  /** Undefined where something is wrong. */
  readonly text: CompiledText | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The text of a node, all of whose parents are known. */
export async function fillKnownColumns(
  input: AnalyzeInput,
  { nodes, binder, render }: Pick<AnalyzePorts, 'binder' | 'render'> & { readonly nodes: ReadonlyMap<NodeId, NodeAnalysis> },
  node: QueryNode,
  text: CompiledText,
): Promise<FilledText> {
  const { dialect } = input;
  const diagnostics: Diagnostic[] = [];
  const relationOf = (id: NodeId): KnownRelation => {
    const other = input.graph.nodes.get(id);
    const columns = readColumns(nodes.get(id));
    if (columns === undefined || other === undefined || !('relation' in other)) return bug(`the columns of ${id} are not known below it`);
    return { name: shownName(other), sql: sqlOf(other, dialect), columns };
  };
  const rendered = new Map<NodeId, CompiledText>();
  for (const { request } of requestsIn(text)) {
    if (request.kind !== 'render') continue;
    const again = describeAgain(input, request, (id) => relationOf(id).columns.map(({ name }) => name));
    const outcome = await render(again, again.path);
    diagnostics.push(...outcome.diagnostics);
    rendered.set(request.node, outcome.value);
  }
  if (hasErrors(diagnostics)) return { text: undefined, diagnostics };
  const whole = fillColumns(text, (request) => (request.kind === 'render' ? rendered.get(request.node) : undefined));
  const { text: filled, diagnostics: misfits } = fillFromRelations(whole, { dialect, relationOf, node: node.id });
  diagnostics.push(...misfits);
  if (rendered.size > 0 && !hasErrors(diagnostics)) diagnostics.push(...(await checkAgain(input, binder, node, filled)));
  return { text: hasErrors(diagnostics) ? undefined : filled, diagnostics };
}

function describeAgain(
  { graph }: AnalyzeInput,
  { node: id, isIncremental }: RenderRequest,
  columnsOf: RenderAgain['columnsOf'],
): RenderAgain & { readonly path: string } {
  const node = graph.nodes.get(id) ?? bug(`${id} asks for columns and is no node`);
  return {
    node: id,
    path: node.path,
    what: node.resourceType === 'test' ? 'a test' : 'a model',
    ...('relation' in node ? { relation: node.relation } : {}),
    isIncremental,
    dependsOn: new Set(node.dependsOn.map((dependency) => dependency.id)),
    columnsOf,
  };
}

/** Nobody has seen the text before: it has to be one query, like all others. */
async function checkAgain(input: AnalyzeInput, binder: Binder, node: QueryNode, text: CompiledText): Promise<readonly Diagnostic[]> {
  const query = fillSlots(text, input.slots);
  const problem = await binder.checkQuery(query.sql);
  const what = node.resourceType === 'test' ? 'a test' : 'a model';
  return problem === undefined ? [] : [describeQueryProblem({ id: node.id, path: node.path, what, engine: input.engine }, query, problem)];
}

/** A relation as queries name it: by its own name, that of the common table expression that holds it, or the reader of its file. */
function sqlOf(node: CompiledRelation, { quoteIdentifier, relation }: AnalyzeInput['dialect']): string {
  if (node.resourceType === 'source' && node.external !== undefined) return node.external;
  const isEphemeral = node.resourceType === 'model' && node.config.materialized === 'ephemeral';
  return isEphemeral ? quoteIdentifier(ephemeralName(node.name)) : relation(node.relation);
}

/** Says which columns a text waits for in vain. Nothing where what is to blame is told of already. */
export function describeWaiting(
  { graph }: Pick<AnalyzeInput, 'graph'>,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
  node: QueryNode,
  before: readonly Diagnostic[],
): readonly Diagnostic[] {
  const isTold = (id: NodeId): boolean => before.some((entry) => entry.code === 'columns-unknown' && entry.node === id);
  const parents = new Set(graph.parents.get(node.id));
  const texts = textsOf(node);
  const told = new Set<string>();
  return texts.flatMap((text) =>
    (text === undefined ? [] : requestsIn(text)).flatMap(({ request, span }) =>
      nodesOfRequest(request).flatMap((id) => {
        const found = nodes.get(id);
        const key = `${id} ${span?.path ?? ''} ${span?.start ?? 0}`;
        // What is further away stands in the text of an ephemeral model, which tells of it.
        if (!parents.has(id) || found?.kind !== 'unknown' || found.why === 'above-refused') return [];
        if (told.has(key) || isTold(id)) return [];
        told.add(key);
        return [diagnose('columns-unknown', { node: nameOf(graph, id), end: nameOf(graph, found.at) }, { node: node.id, span })];
      }),
    ),
  );
}

function nameOf(graph: Graph, id: NodeId): string {
  const node = graph.nodes.get(id);
  return node === undefined ? id : shownName(node);
}
