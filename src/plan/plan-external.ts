/** Plans a model whose rows are kept in files: written beside their place, tested, and put there as the view over them is published. */
import { posix } from 'node:path';
import type { CatalogRelation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import type { ExternalConfig } from '../compile/external-rules.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { bug } from '../diagnostics/bug.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Action } from './action.ts';
import { operation, stageRelation } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import { requireContract } from './plan-constraints.ts';

export function externalWork(
  context: BuildContext,
  model: CompiledModel,
  query: Query,
  existing: CatalogRelation | undefined,
): readonly Action[] {
  const { location, format, partitionBy, options } = externalOf(model);
  const stage = stageRelation(context, model.id, context.input.dialect.temporarySchema);
  const files = { location, form: { format, partitionBy, options } };
  const standing = existing === undefined ? {} : { existing: existing.kind };
  return [
    ...requireContract(model, { query }),
    { kind: 'write-files', stage, query, ...files },
    { kind: 'publish-files', stage, target: model.relation, ...standing, ...files },
    operation({ kind: 'drop', relation: stage, relationKind: 'view', temporary: true }),
  ];
}

export function externalOf({ name, config: { external } }: CompiledModel): ExternalConfig {
  return external ?? bug(`${name} has no place for its files`);
}

/** Refuses to write over files that somebody else keeps or reads there. */
export function checkPlace(context: BuildContext, model: CompiledModel): boolean {
  const { input, standing, report } = context;
  const { location, isOwn } = externalOf(model);
  const where = { node: model.id, span: model.rawConfig['location']?.span ?? model.rawConfig['materialized']?.span };
  for (const node of input.graph.nodes.values()) {
    const why = node.id === model.id ? undefined : whyTaken(node, location);
    if (why === undefined) continue;
    report(diagnose('location-not-possible', { location, why }, where));
    return false;
  }
  const recorded = standing.recorded(model.relation);
  const isOurs = recorded?.node === model.id && recorded.memory?.fingerprint['location'] === location;
  if (isOwn === true || isOurs || input.adopt || input.files?.has(model.id) !== true) return true;
  report(diagnose('files-not-owned', { location }, where));
  return false;
}

/** In words; undefined where the place of a node has nothing to do with `location`. */
function whyTaken(node: GraphNode, location: string): string | undefined {
  if (node.resourceType === 'model' && node.config.external !== undefined)
    return meets(node.config.external.location, location) ? `\`${node.name}\` keeps its files there` : undefined;
  if (node.resourceType !== 'source' || node.location === undefined || /^[a-z][a-z0-9+.-]*:|\(/i.test(node.location)) return undefined;
  const [before = ''] = node.location.split(/[*?[{]/, 1);
  const read = posix.normalize(before === node.location ? before : before.replace(/[^/]*$/, '') || '.').replace(/\/$/, '');
  return meets(read, location) && read !== '.' ? `source \`${node.sourceName}.${node.name}\` reads what is there` : undefined;
}

/** As file systems see it that do not tell small letters from large ones. */
function meets(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => path.normalize('NFC').toLowerCase());
  if (one === undefined || other === undefined) return false;
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
