/** Describes nodes for listings: one JSON object per node, with the keys that are asked for. */
import type { Column } from '../../adapter/relation.ts';
import type { CompiledColumn } from '../../compile/compiled-column.ts';
import type { NodeId } from '../../compile/compiled.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { toPlain } from '../../graph/plain-value.ts';
import type { EntryContext } from './node-entry.ts';
import { entryField, entryKeys } from './node-entry.ts';

/** What a listing says when nobody asks for other keys. */
const defaultKeys: readonly string[] = [
  'name',
  'unique_id',
  'resource_type',
  'package_name',
  'original_file_path',
  'fqn',
  'source_name',
  'schema',
  'alias',
  'description',
  'config',
  'tags',
  'depends_on',
];

/** A column as its query tells it, with what is said of the one whose values it hands on. */
export interface InferredColumn extends Column {
  readonly description?: string | undefined;
  readonly meta?: CompiledColumn['meta'] | undefined;
}

/** Columns of a node, where somebody has asked. */
export type InferredColumns = (id: NodeId) => readonly InferredColumn[] | undefined;

/** Whether one of `keys` leads to columns, which are then worth asking for. */
export function wantsColumns(keys: readonly string[]): boolean {
  return keys.some((key) => key.split('.')[0] === 'columns');
}

/** A function that describes a node by `keys`, the usual ones where there are none. A key with dots leads into objects. */
export function describeNodes(
  context: EntryContext,
  keys: readonly string[],
  inferred: InferredColumns = () => undefined,
): (node: GraphNode) => Readonly<Record<string, unknown>> {
  const wanted = keys.length === 0 ? defaultKeys : keys;
  return (node) => {
    const described: Record<string, unknown> = {};
    for (const key of wanted) {
      const value = valueAt(node, key, { ...context, inferred });
      if (value !== undefined) described[key] = value;
    }
    return described;
  };
}

interface ListingContext extends EntryContext {
  readonly inferred: InferredColumns;
}

/** A source has no alias and no parents in a manifest; in a list of nodes it is one among others. */
function fieldOf(node: GraphNode, key: string, context: ListingContext): unknown {
  if (node.resourceType === 'source' && key === 'alias') return node.relation.name;
  if (node.resourceType === 'source' && key === 'depends_on') return { macros: [], nodes: context.graph.parents.get(node.id) ?? [] };
  const value = entryField(node, key, context);
  return key === 'columns' && typeof value === 'object' && value !== null ? withTypes(value, context.inferred(node.id)) : value;
}

/** What is described keeps its words; all that is there has a type, in the order of the query. */
function withTypes(described: object, columns: readonly InferredColumn[] | undefined): object {
  if (columns === undefined) return described;
  const known = new Map<string, Readonly<Record<string, unknown>>>(Object.entries(described));
  const typed = columns.map(({ name, type, description = '', meta = {} }) => {
    const own = known.get(name);
    const words = {
      ...(own?.['description'] === undefined || own['description'] === '' ? { description } : {}),
      ...(isEmpty(own?.['meta']) ? { meta: toPlain(meta) } : {}),
    };
    return [name, { name, ...own, ...words, data_type: type }] as const;
  });
  const names = new Set(columns.map(({ name }) => name));
  return Object.fromEntries([...typed, ...[...known].filter(([name]) => !names.has(name))]);
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

/** The value that `key` leads to: null where an object on the way lacks it, undefined where nodes of this kind have none. */
function valueAt(node: GraphNode, key: string, context: ListingContext): unknown {
  const [first = '', ...rest] = key.split('.');
  let value = fieldOf(node, first, context);
  if (value === undefined) return undefined;
  for (const name of rest) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    // An object that has a key of its own may be asked for it.
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** Says which of `keys` no node has. */
export function checkKeys(keys: readonly string[]): readonly Diagnostic[] {
  return keys
    .filter((key) => !entryKeys.includes(key.split('.')[0] ?? ''))
    .map((key) => diagnose('unknown-output-key', { key, known: entryKeys }));
}
