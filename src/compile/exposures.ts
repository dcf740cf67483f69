/** Turns exposures into nodes below what they use, and holds references to who may make them. */
import { groupOf } from './group-of.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ExposureDefinition, ParsedProperties } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { CompiledExposure, CompiledNodeUnion, Dependency, DisabledNode, NodeId } from './compiled.ts';
import type { FileContext } from './file-context.ts';
import { mergeConfig, tagsOf } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import { resolveRelation } from './test-arguments.ts';

/** The exposures of one property file that are not turned off; of two with one name, reported elsewhere, the first. */
export function compileExposures(
  file: ParsedProperties,
  context: FileContext,
): { readonly exposures: readonly CompiledExposure[]; readonly disabled: readonly DisabledNode[] } {
  const exposures = new Map<NodeId, CompiledExposure>();
  const disabled: DisabledNode[] = [];
  for (const definition of file.exposures) {
    const { name, config } = definition;
    const id = nodeIdOf('exposure', context.project.name, name);
    const enabled = config['enabled'];
    if (enabled !== undefined && readConfigValue('enabled', enabled).value === false) {
      disabled.push({ kind: 'exposure', id, name, span: enabled.span });
    } else if (!exposures.has(id)) exposures.set(id, compileExposure(definition, id, context));
  }
  return { exposures: [...exposures.values()], disabled };
}

function compileExposure(definition: ExposureDefinition, id: NodeId, context: FileContext): CompiledExposure {
  const { name, path, span, type, owner, label, maturity, url } = definition;
  const { project } = context;
  const merged = mergeConfig([definition.config]);
  const parents = new Map<NodeId, Dependency>();
  for (const { value, span: place } of definition.dependsOn) {
    const found = resolveRelation(value.trim(), place, context);
    if (found !== undefined && !parents.has(found.id)) parents.set(found.id, { id: found.id, span: place });
  }
  const base = project.paths.models.find((folder) => path.startsWith(`${folder}/`)) ?? '';
  return {
    resourceType: 'exposure',
    id,
    name,
    path,
    propertiesPath: path,
    fqn: [project.name, ...foldersOf(path, base), name],
    description: context.describe(definition.description, span),
    tags: tagsOf(merged),
    dependsOn: [...parents.values()],
    macros: [],
    rawConfig: merged.raw,
    type,
    owner,
    ...(label === undefined ? {} : { label }),
    ...(maturity === undefined ? {} : { maturity }),
    ...(url === undefined ? {} : { url }),
  };
}

/** A group that nobody defined, and references to models that are private to another group. Tests may look everywhere. */
export function checkAccess(node: CompiledNodeUnion, { asker, diagnostics }: FileContext): void {
  const group = groupOf(node);
  if (group !== undefined && asker.get('group', group) === undefined) {
    const problem = { name: group, known: asker.names('group') };
    diagnostics.push(diagnose('unknown-group', problem, { span: node.rawConfig['group']?.span, node: node.id }));
  }
  for (const { id, span } of node.dependsOn) {
    // Whether a node is private is part of what a reference to it was told.
    const parent = asker.getIfThere('private-node', id);
    if (parent === undefined || (parent.group !== undefined && parent.group === group)) continue;
    const notes = parent.span === undefined ? [] : [{ message: 'it is made private here', span: parent.span }];
    const problem = { name: parent.name, group: parent.group, reader: node.name };
    // A dashboard cannot be left out of a run: what it may not use concerns the project.
    const owner = node.resourceType === 'exposure' ? {} : { node: node.id };
    diagnostics.push(diagnose('private-ref', problem, { span, notes, ...owner }));
  }
}
