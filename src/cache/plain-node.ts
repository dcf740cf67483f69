/** Writes out a node that may be made of getters. */
import type { CompiledNodeUnion } from '../compile/compiled.ts';

/** What a node of the graph is made of, for whoever has to write it down whole. */
export function plainNode(node: CompiledNodeUnion): CompiledNodeUnion {
  const plain: Record<string, unknown> = {};
  for (const key of propertiesOf[node.resourceType]) {
    // The lists below name properties of that kind of node, which the index does not know.
    const value = (node as unknown as Readonly<Record<string, unknown>>)[key];
    if (value !== undefined) plain[key] = value;
  }
  return plain as unknown as CompiledNodeUnion;
}

const common = [
  'resourceType',
  'id',
  'name',
  'path',
  'propertiesPath',
  'fqn',
  'description',
  'tags',
  'dependsOn',
  'macros',
  'rawConfig',
] as const;
const propertiesOf: Readonly<Record<CompiledNodeUnion['resourceType'], readonly string[]>> = {
  model: [
    ...common,
    'version',
    'config',
    'relation',
    'freshness',
    'full',
    'incremental',
    'columns',
    'constraints',
    'preHooks',
    'postHooks',
  ],
  seed: [...common, 'config', 'relation', 'freshness', 'columns', 'constraints', 'preHooks', 'postHooks'],
  snapshot: [...common, 'config', 'relation', 'freshness', 'span', 'full', 'current', 'columns', 'preHooks', 'postHooks'],
  source: [
    ...common,
    'sourceName',
    'sourceDescription',
    'sourceMeta',
    'loader',
    'relation',
    'external',
    'location',
    'freshness',
    'arrivals',
    'columns',
  ],
  test: [...common, 'config', 'span', 'test'],
  exposure: [...common, 'type', 'label', 'maturity', 'url', 'owner'],
  unit_test: [...common, 'span', 'model', 'inputs', 'expect', 'overrides'],
};
