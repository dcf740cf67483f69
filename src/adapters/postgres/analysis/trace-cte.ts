/** Common table expressions, recursive ones among them. */
import { influencesOf, makeLineage, mergeLineages, ownColumns } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { flattenInfluences, joinInfluences } from '../../../adapter/lineage/influences.ts';
import { anyOf, columnAt, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { leave, repeated } from './references.ts';
import { readTree } from './read-tree.ts';
import { Scope } from './scope.ts';
import { isSet, nodeAt, nodesAt, numberAt, textAt, textsAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** What an entry of FROM reads by the name of a WITH clause; undefined where there is none. */
export function traceCte(entry: TreeNode, scope: Scope): RowFlow | undefined {
  const levels = numberAt(entry, 'ctelevelsup');
  const owner = scope.above(levels);
  const name = textAt(entry, 'ctename') ?? '';
  const flow = owner === undefined ? undefined : (owner.ctes.get(name) ?? traceNamed(name, owner));
  if (flow === undefined) return undefined;
  // What it repeats of a query around the WITH clause is the same in all of its rows wherever it is read.
  const columns = flow.columns.map((column) => (column.outer === undefined ? column : repeated(column, levels)));
  return { ...flow, columns };
}

function traceNamed(name: string, owner: Scope): RowFlow | undefined {
  const cte = nodesAt(owner.query, 'cteList').find((candidate) => textAt(candidate, 'ctename') === name);
  const query = nodeAt(cte, 'ctequery');
  if (cte === undefined || query === undefined) return undefined;
  const flow = isSet(cte, 'cterecursive') ? traceRecursion(name, query, owner) : owner.walk.query(query, owner);
  const whole = flow === undefined ? undefined : withMarks(cte, flow);
  if (whole !== undefined) owner.ctes.set(name, whole);
  return whole;
}

/** The first round sees what the start gives; each further one what the rounds before it gave as well. */
function traceRecursion(name: string, query: TreeNode, owner: Scope): RowFlow | undefined {
  const { walk } = owner;
  const union = nodeAt(query, 'setOperations');
  const [first, second] = [nodeAt(union, 'larg'), nodeAt(union, 'rarg')];
  if (first === undefined || second === undefined) return undefined;
  const side = (tree: TreeNode): RowFlow => {
    const flow = walk.setOperation(tree, new Scope(walk, query, owner));
    return { ...flow, columns: leave(flow.columns) };
  };
  const start: RowFlow = { ...side(first), keys: [] };
  let flow = start;
  let known = summary(flow);
  // A round can carry a source one column further, or one kind up, or find one more column that may be NULL.
  for (let round = 0; round < 5 * start.columns.length + 5; round += 1) {
    owner.ctes.set(name, flow);
    const step = side(second);
    flow = {
      columns: start.columns.map((column, at) => mergeLineages([column, columnAt(step, at) ?? column])),
      influences: joinInfluences([start.influences, step.influences]),
      keys: [],
    };
    const found = summary(flow);
    if (found === known) return isSet(union, 'all') ? flow : onceEach(flow);
    known = found;
  }
  owner.ctes.delete(name);
  return undefined;
}

/** UNION without ALL leaves each row once. */
function onceEach(flow: RowFlow): RowFlow {
  return withRowInfluence({ ...flow, keys: [flow.columns.map((_, at) => at)] }, ownColumns(flow.columns), 'group_by');
}

/** Everything that a round can change, as a text. */
function summary(flow: RowFlow): string {
  const columns = flow.columns.map(({ edges, influences, notNull }) => {
    const sorted = edges.toSorted((one, other) => one - other);
    return `${sorted.join(' ')}/${flattenInfluences(influences).size}${notNull ? '!' : ''}`;
  });
  return `${columns.join(',')};${flattenInfluences(flow.influences).size}`;
}

/** The columns that SEARCH and CYCLE add. A row that closes a cycle is the last of its chain. */
function withMarks(cte: TreeNode, flow: RowFlow): RowFlow {
  const search = nodeAt(cte, 'search_clause');
  const cycle = nodeAt(cte, 'cycle_clause');
  if (search === undefined && cycle === undefined) return flow;
  const names = readTree(textAt(cte, 'ctecolnames') ?? '');
  const named = (list: readonly string[]): readonly ColumnLineage[] =>
    list.map((name) => (Array.isArray(names) ? flow.columns[names.indexOf(name)] : undefined) ?? anyOf([flow]));
  const columns = [...flow.columns];
  if (search !== undefined) columns.push(makeLineage(named(textsAt(search, 'search_col_list')), 'transformation'));
  if (cycle === undefined) return { ...flow, columns };
  const repeating = named(textsAt(cycle, 'cycle_col_list'));
  columns.push(makeLineage([], 'transformation', { influences: influencesOf(repeating, 'conditional') }));
  columns.push(makeLineage(repeating, 'transformation'));
  return withRowInfluence({ ...flow, columns }, repeating, 'filter');
}
