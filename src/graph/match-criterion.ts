/** Decides which nodes one criterion of a selector means, by the node alone. */
import { bug, unreachable } from '../diagnostics/bug.ts';
import type { YamlNumber, YamlValue } from '../project/project.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { groupOf } from '../compile/group-of.ts';
import { compareVersions } from '../parse/compare-versions.ts';
import type { GraphNode } from './graph.ts';
import { isVersion, matchFqn } from './match-fqn.ts';
import { matchPath } from './match-path.ts';
import { nodeConfig } from './node-config.ts';
import type { Criterion } from './selector-expression.ts';
import { matchWildcard } from './wildcard.ts';

export type NodeMatcher = (node: GraphNode) => boolean;

/** A test for the nodes that `criterion` means; `project` is the package of all of them. Made once per criterion. */
export function matchCriterion(criterion: Criterion, project: string): NodeMatcher {
  const { method, value } = criterion;
  switch (method) {
    case 'fqn':
      return matchName(value);
    case 'tag':
      return matchTag(value);
    case 'path':
      return matchFilePath(value);
    case 'file':
      return matchFileName(value);
    case 'config':
      return matchConfig(criterion.args, value);
    case 'resource_type':
      return (node) => node.resourceType === value;
    case 'source':
      return matchSource(value, project);
    case 'test_name':
      return matchTestName(value);
    case 'test_type':
      return matchTestType(value);
    case 'package':
      return matchPackage(value, project);
    case 'exposure':
    case 'unit_test':
      return matchKindAndName(method, value, project);
    case 'group':
      return matchGroup(value);
    case 'access':
      return (node) => node.resourceType === 'model' && node.config.access === value;
    case 'version':
      return (node) => node.resourceType === 'model' && versionWord(node) === value;
    case 'selector':
    case 'state':
    case 'result':
    case 'source_status':
      return bug(`\`${method}\` is not answered by a node alone`);
    default:
      return unreachable(method);
  }
}

function matchName(value: string): NodeMatcher {
  const matches = matchFqn(value);
  // Sources and exposures have methods of their own: a model and the source it cleans often share a name.
  return (node) => node.resourceType !== 'source' && node.resourceType !== 'exposure' && matches(node.fqn, isVersion(node));
}

function matchKindAndName(kind: 'exposure' | 'unit_test', value: string, project: string): NodeMatcher {
  const [name, owner] = value.split('.').reverse();
  if (!matchWildcard(owner ?? '*')(project)) return () => false;
  const matches = matchWildcard(name ?? '*');
  return (node) => node.resourceType === kind && matches(node.name);
}

function matchGroup(value: string): NodeMatcher {
  const matches = matchWildcard(value);
  return (node) => {
    const group = groupOf(node);
    return group !== undefined && matches(group);
  };
}

/** Where a model stands among its versions, in dbt's words. */
function versionWord({ version }: CompiledModel): string {
  if (version === undefined) return 'none';
  const order = compareVersions(version.v, version.latest);
  return order === 0 ? 'latest' : order > 0 ? 'prerelease' : 'old';
}

function matchTag(value: string): NodeMatcher {
  const matches = matchWildcard(value);
  return (node) => node.tags.some(matches);
}

function matchFilePath(value: string): NodeMatcher {
  const { isFile, isInside } = matchPath(value);
  // A model is not in the folder of the YAML that describes it: only naming that file selects it.
  return (node) => isFile(node.path) || isInside(node.path) || (node.propertiesPath !== undefined && isFile(node.propertiesPath));
}

function matchFileName(value: string): NodeMatcher {
  const matches = matchWildcard(value);
  return (node) => {
    const name = node.path.slice(node.path.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    return matches(name) || (dot > 0 && matches(name.slice(0, dot)));
  };
}

function matchSource(value: string, project: string): NodeMatcher {
  const parts = value.split('.');
  const [table, source, owner] = parts.length === 1 ? ['*', value, '*'] : [...parts].reverse();
  if (!matchWildcard(owner ?? '*')(project)) return () => false;
  const matchesSource = matchWildcard(source ?? '*');
  const matchesTable = matchWildcard(table ?? '*');
  return (node) => node.resourceType === 'source' && matchesSource(node.sourceName) && matchesTable(node.name);
}

function matchTestName(value: string): NodeMatcher {
  const matches = matchWildcard(value);
  return (node) =>
    node.resourceType === 'unit_test'
      ? matches(node.name)
      : node.resourceType === 'test' && node.test.kind === 'generic' && matches(node.test.check);
}

function matchTestType(value: string): NodeMatcher {
  const kinds: readonly string[] = value === 'data' ? ['generic', 'singular'] : value === 'schema' ? ['generic'] : [value];
  return (node) => (node.resourceType === 'test' ? kinds.includes(node.test.kind) : node.resourceType === 'unit_test' && value === 'unit');
}

function matchPackage(value: string, project: string): NodeMatcher {
  const all = value === 'this' || matchWildcard(value)(project);
  return () => all;
}

function matchConfig(keys: readonly string[], value: string): NodeMatcher {
  const ignoreCase = keys.length === 1 && keys[0] === 'severity';
  const isWanted = (found: YamlValue): boolean => {
    const text = scalarText(found);
    if (text === undefined) return false;
    return text === value || ((ignoreCase || typeof found === 'boolean') && text.toLowerCase() === value.toLowerCase());
  };
  return (node) => {
    const found = descend(nodeConfig(node), keys);
    if (found === undefined) return false;
    return isList(found) ? found.some(isWanted) : isWanted(found);
  };
}

/** What `config.<keys>:` can be asked for of a node. */
export function configTexts(node: GraphNode, keys: readonly string[]): readonly string[] {
  const found = descend(nodeConfig(node), keys);
  if (found === undefined) return [];
  return (isList(found) ? found : [found]).flatMap((value) => scalarText(value) ?? []);
}

/** The value at the end of `keys`, or undefined when one of them is not there. */
function descend(config: YamlValue, keys: readonly string[]): YamlValue | undefined {
  let value: YamlValue | undefined = config;
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A scalar as the user would write it; undefined for a list or an object. */
function scalarText(value: YamlValue): string | undefined {
  if (isNumberWithText(value)) return value.text;
  return value === null || typeof value !== 'object' ? String(value) : undefined;
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function isNumberWithText(value: YamlValue | undefined): value is YamlNumber {
  return value !== null && typeof value === 'object' && 'yamlNumber' in value;
}

function isObject(value: YamlValue | undefined): value is { readonly [key: string]: YamlValue } {
  return value !== null && value !== undefined && typeof value === 'object' && !isList(value) && !isNumberWithText(value);
}
