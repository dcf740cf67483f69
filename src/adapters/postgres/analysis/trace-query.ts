/** Walks a query from FROM to LIMIT and says of every column where it comes from, and what is certain of the rows. */
import { influencesOf, ownColumns, withNotNull } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences, noInfluences } from '../../../adapter/lineage/influences.ts';
import type { Influences } from '../../../adapter/lineage/influences.ts';
import { withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { projectKeys, smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { Key } from '../../../adapter/lineage/row-keys.ts';
import { shownEntries } from './expression-type.ts';
import { leave, repeatedColumn, repeatedPlace } from './references.ts';
import { EntryColumns, Scope } from './scope.ts';
import type { Walk } from './scope.ts';
import { traceFrom } from './trace-from.ts';
import { isSet, nodeAt, nodesAt, numberAt, textAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isCount, isRowNumber } from './trusted-functions.ts';

/** What comes out of a query, as the query around it sees it. */
export function traceQuery(walk: Walk, query: TreeNode, outer: Scope | undefined): RowFlow {
  const scope = new Scope(walk, query, outer);
  const tree = nodeAt(query, 'setOperations');
  const flow = tree === undefined ? traceSelect(scope) : traceUnited(tree, scope);
  const cut = traceLimit(traceOrder(traceDistinct(flow, scope), scope), scope);
  return { ...cut, columns: leave(cut.columns) };
}

/** Rows before the list of the query, whose columns the keys count as places of their own. */
interface Rows {
  readonly influences: Influences;
  readonly keys: readonly Key[];
  /** The place whose values an entry of the list gives. */
  readonly placeOf: (entry: TreeNode) => number | undefined;
}

function traceSelect(scope: Scope): RowFlow {
  const { query } = scope;
  const from = traceFrom(scope);
  const rows: Rows = { ...from, placeOf: (entry) => repeatedPlace(nodeAt(entry, 'expr'), scope) };
  const having = nodeAt(query, 'havingQual');
  const isGrouped = isSet(query, 'hasAggs') || having !== undefined || isListed(query, 'groupClause') || isListed(query, 'groupingSets');
  if (!isGrouped) return traceTargets(rows, scope);
  const groups = traceGroups(rows, scope);
  const kept = influencesOf(scope.traceMaybe(having), 'filter');
  return traceTargets({ ...groups, influences: joinInfluences([groups.influences, kept]) }, scope);
}

function isListed(query: TreeNode, list: string): boolean {
  return nodesAt(query, list).length > 0;
}

/**
 * Without GROUP BY there is one row whatever the rows below are: what decided about them decides about the aggregates only.
 */
function traceGroups(rows: Rows, scope: Scope): Rows {
  const clauses = nodesAt(scope.query, 'groupClause');
  const hasSets = isListed(scope.query, 'groupingSets');
  const isOneRow = clauses.length === 0 && !hasSets;
  scope.grouping = { influences: isOneRow ? rows.influences : noInfluences, filled: !isOneRow && !hasSets };
  if (isOneRow) return { influences: noInfluences, keys: [[]], placeOf: () => undefined };
  const grouped = ownColumns(scope.targets(clauses));
  const entries = clauses.map((clause) => scope.target(numberAt(clause, 'tleSortGroupRef')));
  const columns = entries.map((entry) => repeatedColumn(nodeAt(entry, 'expr'), scope));
  const places = entries.map((entry) => (entry === undefined ? undefined : rows.placeOf(entry)));
  const all = clauses.map((_, at) => at);
  return {
    influences: joinInfluences([rows.influences, influencesOf(grouped, 'group_by')]),
    // Groups of several sets leave columns out. A key of the rows that is among the groups is one of the groups: each has one row.
    keys: hasSets ? [] : smallestKeys([all, ...projectKeys(rows.keys, places)]),
    placeOf: (entry) => {
      const at = entries.indexOf(entry);
      const column = at < 0 ? repeatedColumn(nodeAt(entry, 'expr'), scope) : undefined;
      const found = column === undefined ? at : columns.findIndex((one) => one?.entry === column.entry && one.at === column.at);
      return found < 0 ? undefined : found;
    },
  };
}

function traceTargets(rows: Rows, scope: Scope): RowFlow {
  const { query } = scope;
  const entries = shownEntries(query);
  const hasSets = isListed(query, 'groupingSets');
  const columns = entries.map((entry) => {
    const column = scope.targetLineage(entry);
    // A group of several sets may leave out what the entry is made of.
    return hasSets && !isGiven(nodeAt(entry, 'expr')) ? withNotNull(column, false) : column;
  });
  // What only orders rows may make several out of one as well.
  if (isSet(query, 'hasTargetSRFs')) for (const entry of nodesAt(query, 'targetList')) scope.targetLineage(entry);
  const numbers = rowNumbers(entries, rows, scope);
  const keys = scope.multiplies ? [] : [...rows.keys, ...numbers.keys];
  return {
    columns,
    influences: joinInfluences([rows.influences, influencesOf(scope.rowMakers, 'join')]),
    // Most rows have no key, and then nobody asks where a column comes from.
    keys:
      keys.length === 0
        ? keys
        : projectKeys(
            keys,
            entries.map((entry) => numbers.places.get(entry) ?? rows.placeOf(entry)),
          ),
  };
}

/** Whether an entry has a value in every group of every set. */
function isGiven(expression: TreeNode | undefined): boolean {
  return expression?.nodeTag === 'GROUPINGFUNC' || (expression?.nodeTag === 'AGGREF' && isCount(numberAt(expression, 'aggfnoid')));
}

/** Places behind those of all columns. */
const firstNumber = 1_000_000;

/** Row numbers are unique in their partition. */
function rowNumbers(
  entries: readonly TreeNode[],
  { placeOf }: Rows,
  scope: Scope,
): { readonly keys: readonly Key[]; readonly places: ReadonlyMap<TreeNode, number> } {
  const keys: Key[] = [];
  const places = new Map<TreeNode, number>();
  for (const [at, entry] of entries.entries()) {
    const call = nodeAt(entry, 'expr');
    if (call?.nodeTag !== 'WINDOWFUNC' || !isRowNumber(numberAt(call, 'winfnoid'))) continue;
    places.set(entry, firstNumber + at);
    const window = nodesAt(scope.query, 'windowClause').find((clause) => numberAt(clause, 'winref') === numberAt(call, 'winref'));
    const partition = nodesAt(window, 'partitionClause').map((clause) => {
      const target = scope.target(numberAt(clause, 'tleSortGroupRef'));
      return target === undefined ? undefined : placeOf(target);
    });
    if (partition.every((place) => place !== undefined)) keys.push([...partition, firstNumber + at]);
  }
  return { keys, places };
}

/** The columns of a set operation are what its list and its order refer to. */
function traceUnited(tree: TreeNode, scope: Scope): RowFlow {
  const flow = scope.walk.setOperation(tree, scope);
  let first: TreeNode | undefined = tree;
  while (first?.nodeTag === 'SETOPERATIONSTMT') first = nodeAt(first, 'larg');
  scope.columns.set(numberAt(first, 'rtindex'), EntryColumns.of(flow.columns));
  return flow;
}

/** DISTINCT, and DISTINCT ON, whose order comes after it. */
function traceDistinct(flow: RowFlow, scope: Scope): RowFlow {
  const clauses = nodesAt(scope.query, 'distinctClause');
  if (clauses.length === 0) return flow;
  const entries = shownEntries(scope.query);
  const places = clauses.map((clause) =>
    entries.findIndex((entry) => numberAt(entry, 'ressortgroupref') === numberAt(clause, 'tleSortGroupRef')),
  );
  const keys = places.includes(-1) ? flow.keys : smallestKeys([...flow.keys, places]);
  return withRowInfluence({ ...flow, keys }, ownColumns(scope.targets(clauses)), 'group_by');
}

function traceOrder(flow: RowFlow, scope: Scope): RowFlow {
  return withRowInfluence(flow, scope.targets(nodesAt(scope.query, 'sortClause')), 'sort');
}

const WITH_TIES = 1;

function traceLimit(flow: RowFlow, scope: Scope): RowFlow {
  const { query } = scope;
  const count = nodeAt(query, 'limitCount');
  const atMostOne = count !== undefined && isAtMostOne(count) && numberAt(query, 'limitOption') !== WITH_TIES;
  const cut = atMostOne ? { ...flow, keys: [[]] } : flow;
  return withRowInfluence(cut, scope.traceMaybe(count, nodeAt(query, 'limitOffset')), 'filter');
}

/** A number that is written down, in the bytes that the server keeps it in, whichever end they begin with. */
function isAtMostOne(count: TreeNode): boolean {
  const constant = count.nodeTag === 'FUNCEXPR' ? nodesAt(count, 'args')[0] : count;
  return constant?.nodeTag === 'CONST' && /^(?:(?:[01] )?(?:0 )*[01])$/.test(textAt(constant, 'bytes') ?? '');
}
