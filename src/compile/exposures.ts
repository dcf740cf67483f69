/** Turns exposures into nodes below what they use, and holds references to who may make them. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { GroupDefinition, ParsedProperties } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { CompiledExposure, CompiledModel, CompiledNodeUnion, CompiledSeed, Dependency, NodeId } from './compiled.ts';
import type { Describe } from './docs-blocks.ts';
import type { DisabledNode } from './drafts.ts';
import { mergeConfig, tagsOf } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import type { NodeIndex } from './node-index.ts';
import { resolveRelation } from './test-arguments.ts';

export interface ExposureInput {
  readonly projectName: string;
  readonly modelPaths: readonly string[];
  readonly properties: readonly ParsedProperties[];
  readonly index: NodeIndex;
  readonly describe: Describe;
  readonly diagnostics: Diagnostic[];
}

/** Every exposure that is not turned off; of two with one name, reported elsewhere, the first. */
export function compileExposures(input: ExposureInput): {
  readonly exposures: readonly CompiledExposure[];
  readonly disabled: readonly DisabledNode[];
} {
  const exposures = new Map<NodeId, CompiledExposure>();
  const disabled: DisabledNode[] = [];
  for (const { name, span, path, description, dependsOn, config, ...rest } of input.properties.flatMap((file) => file.exposures)) {
    const id = nodeIdOf('exposure', input.projectName, name);
    const enabled = config['enabled'];
    if (enabled !== undefined && readConfigValue('enabled', enabled).value === false) {
      disabled.push({ kind: 'exposure', id, name, span: enabled.span });
      continue;
    }
    if (exposures.has(id)) continue;
    const merged = mergeConfig([config]);
    const parents = new Map<NodeId, Dependency>();
    for (const { value, span: place } of dependsOn) {
      const found = resolveRelation(value.trim(), place, input);
      if (found !== undefined && !parents.has(found.id)) parents.set(found.id, { id: found.id, span: place });
    }
    const base = input.modelPaths.find((folder) => path.startsWith(`${folder}/`)) ?? '';
    exposures.set(id, {
      resourceType: 'exposure',
      id,
      name,
      path,
      propertiesPath: path,
      fqn: [input.projectName, ...foldersOf(path, base), name],
      description: input.describe(description, span),
      tags: tagsOf(merged),
      dependsOn: [...parents.values()],
      macros: [],
      rawConfig: merged.raw,
      type: rest.type,
      owner: rest.owner,
      ...(rest.label === undefined ? {} : { label: rest.label }),
      ...(rest.maturity === undefined ? {} : { maturity: rest.maturity }),
      ...(rest.url === undefined ? {} : { url: rest.url }),
    });
  }
  return { exposures: [...exposures.values()], disabled };
}

/** Groups that nobody defined, and references to models that are private to another group. Tests may look everywhere. */
export function checkGroups(
  nodes: readonly (CompiledModel | CompiledSeed | CompiledExposure)[],
  groups: readonly GroupDefinition[],
): readonly Diagnostic[] {
  const known = groups.map(({ name }) => name);
  const diagnostics: Diagnostic[] = [];
  const closed = new Map<NodeId, CompiledModel>();
  for (const node of nodes) {
    if (node.resourceType === 'model' && node.config.access === 'private') closed.set(node.id, node);
    const group = groupOf(node);
    if (group === undefined || known.includes(group)) continue;
    diagnostics.push(diagnose('unknown-group', { name: group, known }, { span: node.rawConfig['group']?.span, node: node.id }));
  }
  if (closed.size === 0) return diagnostics;
  for (const node of nodes) {
    for (const { id, span } of node.dependsOn) {
      const parent = closed.get(id);
      if (parent === undefined || (parent.config.group !== undefined && parent.config.group === groupOf(node))) continue;
      const access = parent.rawConfig['access']?.span;
      const notes = access === undefined ? [] : [{ message: 'it is made private here', span: access }];
      const problem = { name: parent.name, group: parent.config.group, reader: node.name };
      // A dashboard cannot be left out of a run: what it may not use concerns the project.
      const owner = node.resourceType === 'exposure' ? {} : { node: node.id };
      diagnostics.push(diagnose('private-ref', problem, { span, notes, ...owner }));
    }
  }
  return diagnostics;
}

/** The group that a node belongs to. */
export function groupOf(node: CompiledNodeUnion): string | undefined {
  return node.resourceType === 'model' || node.resourceType === 'seed' ? node.config.group : undefined;
}
