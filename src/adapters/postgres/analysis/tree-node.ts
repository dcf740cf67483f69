/** A query as the server keeps it, as plain data, and how its parts are reached. A part that a version does not have is absent. */

/** One node: its kind under `nodeTag`, and its fields by name. */
export interface TreeNode {
  readonly nodeTag: string;
  readonly [field: string]: TreeValue;
}

/** Null is the server's word for nothing in a list. Numbers and truth values stay as they are written. */
export type TreeValue = string | null | undefined | TreeNode | readonly TreeValue[];

export function isNode(value: TreeValue): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: TreeValue): value is readonly TreeValue[] {
  return Array.isArray(value);
}

export function nodeAt(node: TreeNode | undefined, field: string): TreeNode | undefined {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
}

const nothing: readonly never[] = [];

/** The nodes of a list; what is no node is left out. */
export function nodesAt(node: TreeNode | undefined, field: string): readonly TreeNode[] {
  const value = node?.[field];
  return isList(value) ? nodesIn(value) : nothing;
}

function nodesIn(values: readonly TreeValue[]): readonly TreeNode[] {
  return values.every(isNode) ? values : values.filter(isNode);
}

/** Lists of nodes in a list. */
export function rowsAt(node: TreeNode | undefined, field: string): readonly (readonly TreeNode[])[] {
  const value = node?.[field];
  return isList(value) ? value.filter(isList).map(nodesIn) : nothing;
}

export function textAt(node: TreeNode | undefined, field: string): string | undefined {
  const value = node?.[field];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list. */
export function textsAt(node: TreeNode | undefined, field: string): readonly string[] {
  const value = node?.[field];
  return isList(value) ? value.filter((entry) => typeof entry === 'string') : nothing;
}

/** What is absent is 0. */
export function numberAt(node: TreeNode | undefined, field: string): number {
  const value = node?.[field];
  return typeof value === 'string' ? Number(value) : 0;
}

export function isSet(node: TreeNode | undefined, field: string): boolean {
  return node?.[field] === 'true';
}

/** Everything that is below a node, nodes of lists included. */
export function partsOf(node: TreeNode): readonly TreeNode[] {
  const parts: TreeNode[] = [];
  const open: TreeValue[] = Object.values(node);
  for (const value of open) {
    if (isNode(value)) parts.push(value);
    else if (isList(value)) open.push(...value);
  }
  return parts;
}
