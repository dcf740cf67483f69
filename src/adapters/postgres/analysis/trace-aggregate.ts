/** Values computed over several rows. */
import { influencesOf, makeLineage, ownColumns, withInfluences } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences } from '../../../adapter/lineage/influences.ts';
import type { Scope } from './scope.ts';
import { isSet, nodeAt, nodesAt, numberAt, textAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isCount, isNeighbour, isNumbering, isOverRows } from './trusted-functions.ts';

/** An aggregate of the query around a subquery stands over the rows of that one. */
export function traceAggregate(node: TreeNode, scope: Scope): ColumnLineage {
  const owner = scope.above(numberAt(node, 'agglevelsup'));
  if (owner === undefined) return scope.opaque('AGGREF');
  const args = nodesAt(node, 'args');
  const expressions = args.filter((entry) => !isSet(entry, 'resjunk')).map((entry) => nodeAt(entry, 'expr'));
  const values = scope.traceMaybe(...nodesAt(node, 'aggdirectargs'), ...expressions);
  const filter = nodeAt(node, 'aggfilter');
  // What WITHIN GROUP sorts is what is aggregated.
  const orders = textAt(node, 'aggkind') === 'n' ? nodesAt(node, 'aggorder') : [];
  const sorted = orders.map((order) => args.find((entry) => numberAt(entry, 'ressortgroupref') === numberAt(order, 'tleSortGroupRef')));
  const oid = numberAt(node, 'aggfnoid');
  const isFilled = owner.grouping.filled && filter === undefined && values.length > 0 && values.every(({ notNull }) => notNull);
  const aggregate = makeLineage(values, 'aggregation', {
    influences: joinInfluences([
      influencesOf(scope.traceMaybe(filter), 'filter'),
      influencesOf(scope.traceMaybe(...sorted.map((entry) => nodeAt(entry, 'expr'))), 'sort'),
    ]),
    notNull: isCount(oid) || (isFilled && isOverRows(oid)),
    counts: isCount(oid),
  });
  return withInfluences(aggregate, owner.grouping.influences);
}

export function traceWindowCall(node: TreeNode, scope: Scope): ColumnLineage {
  const number = numberAt(node, 'winref');
  const window = nodesAt(scope.query, 'windowClause').find((clause) => numberAt(clause, 'winref') === number);
  const oid = numberAt(node, 'winfnoid');
  const args = scope.trace(nodesAt(node, 'args'));
  const isPicking = isNeighbour(oid);
  const values = isPicking ? args.filter((_, at) => at !== 1) : args;
  const windows = [
    ...scope.targets([...nodesAt(window, 'partitionClause'), ...nodesAt(window, 'orderClause')]),
    ...scope.traceMaybe(nodeAt(window, 'startOffset'), nodeAt(window, 'endOffset')),
    ...(isPicking ? args.slice(1, 2) : []),
  ];
  return makeLineage(values, isSet(node, 'winagg') ? 'aggregation' : 'transformation', {
    influences: joinInfluences([
      // What a subquery repeats of the row around it is the same in all of its rows.
      influencesOf(ownColumns(windows), 'window'),
      influencesOf(scope.traceMaybe(nodeAt(node, 'aggfilter')), 'filter'),
    ]),
    notNull: isNumbering(oid) || isCount(oid),
    counts: isCount(oid),
  });
}
