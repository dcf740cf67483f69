/** What the references of a query tree stand for. */
import { makeLineage, noLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { entryKinds } from './scope.ts';
import type { Scope } from './scope.ts';
import { castsApart, castsText } from './trusted-functions.ts';
import { isNode, nodeAt, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode, TreeValue } from './tree-node.ts';

/** A column of this query or, `varlevelsup` levels up, of one around it: within a subquery that is a constant. */
export function traceVar(node: TreeNode, scope: Scope): ColumnLineage {
  const levels = numberAt(node, 'varlevelsup');
  const owner = scope.above(levels);
  const column = owner === undefined ? undefined : columnOf(node, owner);
  return column === undefined ? scope.opaque('VAR') : repeated(column, levels);
}

/** The column as a query sees it that stands so many levels below. */
export function repeated(column: ColumnLineage, levels: number): ColumnLineage {
  let seen = column;
  for (let level = 0; level < levels; level += 1) seen = { ...seen, outer: seen };
  return seen;
}

/** The columns of a subquery where it ends: what it repeated is again a column as any other. */
export function leave(columns: readonly ColumnLineage[]): readonly ColumnLineage[] {
  if (columns.every(({ outer }) => outer === undefined)) return columns;
  return columns.map((column) => (column.outer === undefined ? column : { ...column, outer: column.outer.outer }));
}

function columnOf(node: TreeNode, owner: Scope): ColumnLineage | undefined {
  const entry = numberAt(node, 'varno');
  const number = numberAt(node, 'varattno');
  // Columns of the system's own come from nowhere.
  if (number < 0) return noLineage;
  const expressions = expressionsOf(owner, entry);
  if (number === 0) return wholeRow(expressions === undefined ? owner.columns.get(entry)?.all() : owner.trace(expressions.filter(isNode)));
  if (expressions === undefined) return owner.columns.get(entry)?.at(number - 1);
  const expression = expressions[number - 1];
  return isNode(expression) ? owner.walk.expression(expression, owner) : undefined;
}

/** Joins and groups have no columns of their own: each stands for an expression. */
function expressionsOf(owner: Scope, number: number): readonly TreeValue[] | undefined {
  const entry = owner.entry(number);
  const kind = numberAt(entry, 'rtekind');
  const list = kind === entryKinds.join ? entry?.['joinaliasvars'] : kind === entryKinds.group ? entry?.['groupexprs'] : undefined;
  return Array.isArray(list) ? list : undefined;
}

function wholeRow(columns: readonly ColumnLineage[] | undefined): ColumnLineage | undefined {
  if (columns === undefined) return undefined;
  const fields = new Map(columns.map((column, at) => [String(at + 1), column]));
  return { ...makeLineage(columns, 'transformation'), fields };
}

/** A column of an entry of FROM. */
export interface BaseColumn {
  readonly entry: number;
  readonly at: number;
}

/** The column whose values an expression gives, or gives under other spellings that stay apart; else undefined. */
export function repeatedColumn(expression: TreeNode | undefined, scope: Scope): BaseColumn | undefined {
  let node = expression;
  while (node !== undefined) {
    switch (node.nodeTag) {
      case 'VAR': {
        if (numberAt(node, 'varlevelsup') > 0) return undefined;
        const entry = numberAt(node, 'varno');
        const number = numberAt(node, 'varattno');
        const expressions = expressionsOf(scope, entry);
        if (expressions === undefined) return number > 0 ? { entry, at: number - 1 } : undefined;
        const next = expressions[number - 1];
        node = isNode(next) ? next : undefined;
        break;
      }
      case 'RELABELTYPE':
        node = nodeAt(node, 'arg');
        break;
      case 'FUNCEXPR':
        node = castsApart(numberAt(node, 'funcid')) ? nodesAt(node, 'args')[0] : undefined;
        break;
      case 'COERCEVIAIO': {
        const arg = nodeAt(node, 'arg');
        node = castsText(numberAt(arg, 'vartype'), numberAt(node, 'resulttype')) ? arg : undefined;
        break;
      }
      default:
        return undefined;
    }
  }
  return undefined;
}

/** Its place among the columns of all entries. */
export function repeatedPlace(expression: TreeNode | undefined, scope: Scope): number | undefined {
  const column = repeatedColumn(expression, scope);
  const first = column === undefined ? undefined : scope.firstPlaces.get(column.entry);
  return column === undefined || first === undefined ? undefined : first + column.at;
}
