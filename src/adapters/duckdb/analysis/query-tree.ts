/** Looks at the engine's parse tree of a query for the few things that its bound plan does not tell. */

/** Any node of the tree; only the fields that are read here. */
export interface TreeNode {
  readonly type?: string;
  readonly class?: string;
  readonly alias?: string;
  readonly [field: string]: unknown;
}

/** A part of FROM that reads files. */
export interface FileReader {
  /** Name of the function, or the path of `from 'file.csv'`. */
  readonly name: string;
  readonly kind: 'function' | 'path';
  /** Offset of its first character in bytes. */
  readonly at: number;
  readonly aliased: boolean;
}

/** A name in FROM that is no CTE of the query. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null;
}

/** Every node below `root`, itself included, without recursion: queries may be deep. */
function* nodesOf(root: unknown): Generator<TreeNode> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (!isNode(value)) continue;
    if (!Array.isArray(value)) yield value;
    for (const child of Object.values(value)) if (isNode(child)) open.push(child);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const FILE = /\.(?:csv|tsv|txt|json|jsonl|ndjson|parquet)(?:\.(?:gz|zst))?$/i;
const READER = /^(?:read_|sniff_|parquet_|json_objects|ndjson_)/i;

/** The readers of files in a query. */
export function findFileReaders(tree: unknown): readonly FileReader[] {
  const found: FileReader[] = [];
  for (const node of nodesOf(tree)) {
    const aliased = textOf(node.alias) !== '';
    const at = typeof node['query_location'] === 'number' ? node['query_location'] : 0;
    if (node.type === 'TABLE_FUNCTION' && isNode(node['function'])) {
      const name = textOf(node['function']['function_name']);
      if (READER.test(name)) found.push({ name, kind: 'function', at, aliased });
    } else if (node.type === 'BASE_TABLE') {
      const name = textOf(node['table_name']);
      if (textOf(node['schema_name']) === '' && FILE.test(name)) found.push({ name, kind: 'path', at, aliased });
    }
  }
  return found;
}

/** The relations that a query names, without its own CTEs. A name that is both counts as a relation too. */
export function findTables(tree: unknown): readonly TableName[] {
  return [...nodesOf(tree)].flatMap((node) =>
    node.type === 'BASE_TABLE' ? [{ schema: textOf(node['schema_name']), name: textOf(node['table_name']) }] : [],
  );
}

/** Places of the output columns to which the query gives no name, among `width`; those between two stars stay unknown. */
export function findUnnamed(tree: unknown, width: number): ReadonlySet<number> {
  const items = selectList(tree);
  const stars = items.flatMap((item, at) => (expands(item) ? [at] : []));
  const first = stars[0] ?? items.length;
  const last = stars.at(-1) ?? first - 1;
  const unnamed = items.flatMap((item, at) => {
    if (!isUnnamed(item)) return [];
    if (at < first) return [at];
    return at > last ? [width - items.length + at] : [];
  });
  return new Set(unnamed);
}

/** Of the first SELECT, which names the columns of a UNION. */
function selectList(tree: unknown): readonly TreeNode[] {
  let node: unknown = tree;
  while (isNode(node) && node.type !== 'SELECT_NODE') node = node.type === 'SET_OPERATION_NODE' ? node['left'] : node['node'];
  const list = isNode(node) ? node['select_list'] : [];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

function expands(item: TreeNode): boolean {
  return [...nodesOf(item)].some((node) => node.class === 'STAR');
}

function isUnnamed(item: TreeNode): boolean {
  return textOf(item.alias) === '' && item.class !== 'COLUMN_REF' && !expands(item);
}
