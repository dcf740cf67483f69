/** Finds models whose name or whose reads do not suit the folder in which they stand. */
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { foldersOf, layerOf } from '../layers.ts';

export function findMisnamed({ settings, entryOf }: LintContext, model: CompiledModel): readonly Finding[] {
  const name = model.version?.model ?? model.name;
  // The innermost folder that has a rule says how names begin.
  const folder = foldersOf(model).findLast((each) => Object.hasOwn(settings.naming, each));
  const prefixes = folder === undefined ? [] : (settings.naming[folder] ?? []);
  if (folder === undefined || prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))) return [];
  const diagnostic = diagnose('model-naming', { name, folder, prefixes }, { span: entryOf(model), node: model.id });
  return [{ rule: 'model-naming', diagnostic, files: [model.path] }];
}

export function findLayerBreaks(context: LintContext, model: CompiledModel): readonly Finding[] {
  const { graph, settings } = context;
  const own = layerOf(model, settings);
  const [first] = settings.layers;
  if (own === undefined || first === undefined) return [];
  return model.dependsOn.flatMap(({ id, span }): readonly Finding[] => {
    const parent = graph.nodes.get(id);
    // Sources have to be read somewhere: who has no first layer reads them where they are needed.
    const readsSource = parent?.resourceType === 'source' && own.index > 0 && hasLayer(context, 0);
    const of = parent?.resourceType === 'model' ? layerOf(parent, settings) : undefined;
    if (parent === undefined || !(readsSource || (of !== undefined && of.index > own.index))) return [];
    const read = parent.resourceType === 'source' ? `${parent.sourceName}.${parent.name}` : parent.name;
    const params = { name: model.name, layer: own.folder, read, of: of?.folder ?? 'source', first };
    const diagnostic = diagnose('layer-reference', params, { span, node: model.id });
    return [{ rule: 'layer-reference', diagnostic, files: [model.path] }];
  });
}

function hasLayer({ graph, settings }: LintContext, index: number): boolean {
  for (const node of graph.nodes.values()) if (node.resourceType === 'model' && layerOf(node, settings)?.index === index) return true;
  return false;
}
