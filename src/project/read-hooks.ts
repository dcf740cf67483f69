/** Reads hooks from YAML: SQL alone, a mapping, or a list of both, each with its own place. */
import type { Hook } from './project.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { spanOf, textOf, valueOf } from './yaml/yaml-node.ts';

/** The hooks of `node`, in order; what is no hook is left out, the check of the file's shape has reported it. */
export function readHooks(path: string, node: YamlNode): readonly Hook[] {
  if (node.kind === 'list') return node.items.flatMap((item) => readHooks(path, item));
  if (node.kind === 'scalar')
    return typeof node.value === 'string' ? [{ sql: node.value, transaction: true, span: spanOf(path, node) }] : [];
  const sql = textOf(node, 'sql');
  const sqlNode = valueOf(node, 'sql');
  const transaction = valueOf(node, 'transaction');
  if (sql === undefined || sqlNode === undefined) return [];
  return [{ sql, transaction: !(transaction?.kind === 'scalar' && transaction.value === false), span: spanOf(path, sqlNode) }];
}
