/** The types of the expressions that hand a value on as it is, by their numbers. */
import { isSet, nodeAt, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** What is given, without what is only sorted or grouped by. */
export function shownEntries(query: TreeNode | undefined): readonly TreeNode[] {
  return nodesAt(query, 'targetList').filter((entry) => !isSet(entry, 'resjunk'));
}

const fields: Readonly<Record<string, string>> = {
  VAR: 'vartype',
  FUNCEXPR: 'funcresulttype',
  RELABELTYPE: 'resulttype',
  FIELDSELECT: 'resulttype',
  AGGREF: 'aggtype',
};

/** Undefined for expressions that compute: of these nobody asks. */
export function typeOf(expression: TreeNode | undefined): number | undefined {
  // The value of a subquery is what its only column is.
  if (expression?.nodeTag === 'SUBLINK') return typeOf(nodeAt(shownEntries(nodeAt(expression, 'subselect'))[0], 'expr'));
  const field = fields[expression?.nodeTag ?? ''];
  return field === undefined ? undefined : numberAt(expression, field);
}

const [text, varchar] = [25, 1043];

/** Whether values of one type are the very same values under the other. */
export function isSameValue(from: number | undefined, to: number | undefined): boolean {
  return from === to ? from !== undefined : [from, to].every((type) => type === text || type === varchar);
}
