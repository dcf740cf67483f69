/** What a query tree says about the query, as plain data. */
import type { BoundQuery, OpaquePart } from '../../../adapter/analysis.ts';
import { noLineage } from '../../../adapter/lineage/column-lineage.ts';
import { describeQuery } from '../../../adapter/lineage/describe-query.ts';
import { createInputTable } from '../../../adapter/lineage/input-table.ts';
import { columnAt } from '../../../adapter/lineage/row-flow.ts';
import type { Column } from '../../../adapter/relation.ts';
import type { Walk } from './scope.ts';
import type { ServerNames } from './server-names.ts';
import { traceExpression } from './trace-expression.ts';
import { traceQuery } from './trace-query.ts';
import { traceSetOperation } from './trace-set-operation.ts';
import type { TreeNode } from './tree-node.ts';

/** `columns` are those of the view whose query it is. */
export function describeQueryTree(tree: TreeNode, columns: readonly Column[], names: ServerNames): BoundQuery {
  const inputs = createInputTable();
  const opaque: OpaquePart[] = [];
  const walk: Walk = {
    inputs,
    names,
    report: (part) => opaque.push(part),
    query: (query, outer) => traceQuery(walk, query, outer),
    setOperation: traceSetOperation,
    expression: traceExpression,
  };
  const flow = traceQuery(walk, tree, undefined);
  const nameAt = (at: number): string => columns[at]?.name ?? '';
  return describeQuery({
    columns,
    lineages: columns.map((_, at) => columnAt(flow, at) ?? noLineage),
    duplicates: [],
    influences: flow.influences,
    inputs,
    proofs: {
      notNull: columns.filter((_, at) => flow.columns[at]?.notNull === true).map(({ name }) => name),
      unique: flow.keys.map((key) => key.map(nameAt)),
    },
    misfits: [],
    opaque,
  });
}
