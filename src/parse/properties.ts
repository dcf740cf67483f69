/** Turns a property file into what it says of the nodes of a project, and of what stands beside them. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { ConfigResource } from '../project/config-keys.ts';
import type { ProjectSource } from '../project/project.ts';
import { startConfig, takeConfig } from '../project/read-config.ts';
import { checkShape } from '../project/shape.ts';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import type { YamlEntry, YamlNode } from '../project/yaml/yaml-node.ts';
import { entriesOf, entryOf, itemsOf, spanOf, textOf, toYamlValue, valueOf } from '../project/yaml/yaml-node.ts';
import type { DocBlock, MacroProperties, NodeProperties, ParsedProperties, SnapshotProperties, VariableDefinition } from './definitions.ts';
import { propertiesShape } from './properties-shape.ts';
import { readColumns } from './read-columns.ts';
import { readConstraints } from './read-constraints.ts';
import { readExposure, readGroup } from './read-exposures.ts';
import { readSelector } from './read-selectors.ts';
import { readSource } from './read-sources.ts';
import type { PropertyContext } from './read-tests.ts';
import type { ReadDescription } from './read-versions.ts';
import { readVersions } from './read-versions.ts';
import { readTests } from './read-tests.ts';
import { readUnitTest } from './read-unit-tests.ts';

/** Parses one property file. What is wrong is reported and left out; the rest stands. */
export function parseProperties(source: ProjectSource): Outcome<ParsedProperties> {
  const { path } = source;
  const parsed = parseYaml(source);
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  const top = parsed.value;
  const empty: ParsedProperties = {
    kind: 'properties',
    path,
    models: [],
    seeds: [],
    snapshots: [],
    sources: [],
    macros: [],
    docs: [],
    vars: [],
    selectors: [],
    groups: [],
    exposures: [],
    unitTests: [],
  };
  if (top === undefined) return { value: empty, diagnostics };
  checkShape(propertiesShape, top, path, { path, diagnostics, place: `\`${path}\`` });
  const context: PropertyContext = { path, diagnostics };
  const value: ParsedProperties = {
    kind: 'properties',
    path,
    models: itemsOf(valueOf(top, 'models')).flatMap((node) => readModel(node, context)),
    seeds: itemsOf(valueOf(top, 'seeds')).flatMap((node) => readNode(node, 'seed', context) ?? []),
    snapshots: itemsOf(valueOf(top, 'snapshots')).flatMap((node) => readSnapshot(node, context) ?? []),
    sources: itemsOf(valueOf(top, 'sources')).flatMap((node) => readSource(node, context) ?? []),
    macros: itemsOf(valueOf(top, 'macros')).flatMap((node) => readMacro(node, context) ?? []),
    docs: itemsOf(valueOf(top, 'docs')).flatMap((node) => readDocBlock(node, context)),
    vars: entriesOf(valueOf(top, 'vars')).map((entry) => readVariable(entry, context)),
    selectors: itemsOf(valueOf(top, 'selectors')).flatMap((node) => readSelector(node, context) ?? []),
    groups: itemsOf(valueOf(top, 'groups')).flatMap((node) => readGroup(node, context) ?? []),
    exposures: itemsOf(valueOf(top, 'exposures')).flatMap((node) => readExposure(node, context) ?? []),
    unitTests: itemsOf(valueOf(top, 'unit_tests')).flatMap((node) => readUnitTest(node, { ...context, text: source.text }) ?? []),
  };
  return { value, diagnostics };
}

/** A model, or each of its versions. */
function readModel(node: YamlNode, context: PropertyContext): readonly NodeProperties[] {
  const model = readNode(node, 'model', context);
  if (model === undefined) return [];
  const isVersioned = itemsOf(valueOf(node, 'versions')).length > 0;
  return isVersioned ? readVersions(node, model, (version) => readDescription(version, 'model', context), context) : [model];
}

/** Without a relation there is nothing to keep, which the check of the shape has reported. */
function readSnapshot(node: YamlNode, context: PropertyContext): SnapshotProperties | undefined {
  const properties = readNode(node, 'snapshot', context);
  const relation = textOf(node, 'relation');
  const place = entryOf(node, 'relation')?.value;
  if (properties === undefined || relation === undefined || relation.trim() === '' || place === undefined) return undefined;
  return { ...properties, relation: { value: relation.trim(), span: spanOf(context.path, place) } };
}

function readNode(node: YamlNode, resource: ConfigResource, context: PropertyContext): NodeProperties | undefined {
  const { path } = context;
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  return { name, span: spanOf(path, nameNode), path, ...readDescription(node, resource, context) };
}

/** Config that may stand beside `config:` or inside it. */
const besideConfig: ReadonlySet<string> = new Set(['meta', 'tags', 'group', 'access', 'docs']);

function readDescription(node: YamlNode, resource: ConfigResource, context: PropertyContext): ReturnType<ReadDescription> {
  const reader = startConfig(context.path, resource, context.diagnostics);
  for (const entry of entriesOf(node)) if (besideConfig.has(entry.key)) takeConfig(reader, entry);
  for (const entry of entriesOf(valueOf(node, 'config'))) takeConfig(reader, entry, entry.key, `config.${entry.key}`);
  return {
    description: textOf(node, 'description') ?? '',
    config: reader.config,
    columns: readColumns(node, context),
    constraints: readConstraints(node, context.path),
    tests: readTests(node, undefined, context),
  };
}

function readMacro(node: YamlNode, context: PropertyContext): MacroProperties | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  return { name, span: spanOf(context.path, nameNode), description: textOf(node, 'description') ?? '' };
}

function readVariable({ key, keyStart, keyEnd, value }: YamlEntry, { path }: PropertyContext): VariableDefinition {
  return { name: key, span: { path, start: keyStart, end: keyEnd }, value: toYamlValue(value) };
}

/** A doc block in YAML: `text` is what stands between the tags elsewhere. */
function readDocBlock(node: YamlNode, { path }: PropertyContext): readonly DocBlock[] {
  const [name, text] = [textOf(node, 'name'), textOf(node, 'text')];
  const nameNode = entryOf(node, 'name')?.value;
  return name === undefined || text === undefined || nameNode === undefined
    ? []
    : [{ name, nameSpan: spanOf(path, nameNode), text: text.trim() }];
}
