/** UNION, EXCEPT and INTERSECT. */
import { influencesOf, mergeLineages, noLineage, ownColumns } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences, noInfluences } from '../../../adapter/lineage/influences.ts';
import { columnAt, noRows, opaqueFlow, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { Scope } from './scope.ts';
import { traceEntry } from './trace-entry.ts';
import { isSet, nodeAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

const UNION = 1;
const INTERSECT = 2;
const EXCEPT = 3;

/** Chains lean to the left and may be thousands long: they are walked without recursion. */
export function traceSetOperation(tree: TreeNode, scope: Scope): RowFlow {
  const { first, chain } = chainOf(tree);
  let flow = traceSide(first, scope);
  let at = 0;
  for (let operation = chain[0]; operation !== undefined; operation = chain[at]) {
    let end = at + 1;
    while (isSameUnion(operation, chain[end])) end += 1;
    const others = chain.slice(at, end).map((one) => traceSide(nodeAt(one, 'rarg'), scope));
    flow = combined(operation, [flow, ...others], scope);
    at = end;
  }
  return flow;
}

/** What stands leftmost, and the operations from there on. */
function chainOf(tree: TreeNode): { readonly first: TreeNode | undefined; readonly chain: readonly TreeNode[] } {
  const chain: TreeNode[] = [];
  let first: TreeNode | undefined = tree;
  while (first?.nodeTag === 'SETOPERATIONSTMT') {
    chain.push(first);
    first = nodeAt(first, 'larg');
  }
  return { first, chain: chain.toReversed() };
}

function isSameUnion(operation: TreeNode, next: TreeNode | undefined): boolean {
  return (
    next !== undefined && [operation, next].every((one) => numberAt(one, 'op') === UNION) && isSet(operation, 'all') === isSet(next, 'all')
  );
}

function traceSide(side: TreeNode | undefined, scope: Scope): RowFlow {
  if (side?.nodeTag === 'SETOPERATIONSTMT') return traceSetOperation(side, scope);
  const entry = scope.entry(numberAt(side, 'rtindex'));
  if (entry === undefined) {
    const any = scope.opaque(side?.nodeTag ?? 'SETOPERATIONSTMT');
    return opaqueFlow([{ columns: [any], influences: noInfluences, keys: [] }]);
  }
  const { columns, influences, keys } = traceEntry(entry, scope);
  return { columns: columns.all(), influences, keys };
}

/** UNION takes values from all sides; EXCEPT and INTERSECT from the first, and by comparing all columns. */
function combined(operation: TreeNode, flows: readonly RowFlow[], scope: Scope): RowFlow {
  const [first = noRows] = flows;
  const width = Math.max(...flows.map(({ columns }) => columns.length));
  const sides = flows.map((flow) => Array.from({ length: width }, (_, at) => columnAt(flow, at) ?? noLineage));
  const influences = joinInfluences(flows.map((flow) => flow.influences));
  const kind = numberAt(operation, 'op');
  const columns = Array.from({ length: width }, (_, at) => mergeLineages(sides.map((side) => side[at] ?? noLineage)));
  let rows: RowFlow = { columns, influences, keys: [] };
  if (kind === INTERSECT || kind === EXCEPT) {
    rows = withRowInfluence({ columns: sides[0] ?? [], influences, keys: first.keys }, ownColumns(sides.flat()), 'filter');
  } else if (kind !== UNION) {
    rows = {
      ...rows,
      influences: joinInfluences([influences, influencesOf([scope.opaque(`SETOPERATIONSTMT ${kind}`, columns)], 'opaque')]),
    };
  }
  if (isSet(operation, 'all')) return rows;
  const keys = smallestKeys([...rows.keys, rows.columns.map((_, at) => at)]);
  return withRowInfluence({ ...rows, keys }, ownColumns(rows.columns), 'group_by');
}
