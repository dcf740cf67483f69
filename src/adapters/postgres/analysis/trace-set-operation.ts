/** UNION, EXCEPT and INTERSECT. */
import { influencesOf, makeLineage, mergeLineages, noLineage, ownColumns } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences, noInfluences } from '../../../adapter/lineage/influences.ts';
import { columnAt, noRows, opaqueFlow, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import { isSameValue, shownEntries, typeOf } from './expression-type.ts';
import type { Scope } from './scope.ts';
import { traceEntry } from './trace-entry.ts';
import { isSet, nodeAt, numberAt, textsAt } from './tree-node.ts';
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
    const others = chain
      .slice(at, end)
      .map((one) => converted(traceSide(nodeAt(one, 'rarg'), scope), typesOf(nodeAt(one, 'rarg'), scope), one));
    flow = combined(operation, [converted(flow, typesOf(nodeAt(operation, 'larg'), scope), operation), ...others], scope);
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

/** Whether two unions could as well be one of three sides. */
function isSameUnion(operation: TreeNode, next: TreeNode | undefined): boolean {
  if (next === undefined || [operation, next].some((one) => numberAt(one, 'op') !== UNION)) return false;
  return isSet(operation, 'all') === isSet(next, 'all') && unitedTypes(operation).join(' ') === unitedTypes(next).join(' ');
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

type Types = readonly (number | undefined)[];

/** The types that a side has before it is made like the others. */
function typesOf(side: TreeNode | undefined, scope: Scope): Types {
  if (side?.nodeTag === 'SETOPERATIONSTMT') return unitedTypes(side);
  const query = nodeAt(scope.entry(numberAt(side, 'rtindex')), 'subquery');
  return shownEntries(query).map((entry) => typeOf(nodeAt(entry, 'expr')));
}

function unitedTypes(operation: TreeNode): Types {
  // The first word says what the list holds.
  return textsAt(operation, 'colTypes').slice(1).map(Number);
}

/** Columns of other types are cast when the query runs, of which its tree says nothing but the types. */
function converted(flow: RowFlow, from: Types, operation: TreeNode): RowFlow {
  const to = unitedTypes(operation);
  const columns = flow.columns.map((column, at) =>
    isSameValue(from[at], to[at]) ? column : makeLineage([column], 'transformation', { notNull: column.notNull }),
  );
  return { ...flow, columns };
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
