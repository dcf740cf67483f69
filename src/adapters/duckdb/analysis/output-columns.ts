/** Names and types of the columns of a query, and what the query itself called them. */
import type { Column } from '../../../adapter/relation.ts';
import { dialect } from '../dialect.ts';
import type { Expression, LogicalType, Operator } from './plan.ts';
import { typeOf } from './plan.ts';
import { referredExpression } from './read-plans.ts';
import type { QueryPlan } from './read-plans.ts';

/** The columns that a table made of the query has. */
export function outputColumns(plan: QueryPlan, spell: (type: LogicalType) => string): readonly Column[] {
  return plan.expressions.map((expression) => ({ name: nameOf(expression), type: spell(typeOf(expression)) }));
}

function nameOf(expression: Expression): string {
  const name = expression.alias ?? '';
  return name === '' ? (referredExpression(expression).alias ?? '') : name;
}

/** For each column the name that it shares with one before it, which is why the engine gave it another. */
export function duplicatedNames(plan: QueryPlan, columns: readonly Column[]): readonly (string | undefined)[] {
  const names = new Set(columns.map(({ name }) => dialect.foldIdentifier(name)));
  const stems = columns.map(({ name }) => /^([^]+)_\d+$/.exec(name)?.[1]);
  if (!stems.some((stem) => stem !== undefined && names.has(dialect.foldIdentifier(stem)))) return [];
  const own = ownNames(plan.children[0]);
  return stems.map((stem, at) => (stem !== undefined && stem === own[at] ? stem : undefined));
}

/** The names that the operators below give, as far as they do. */
function ownNames(operator: Operator): readonly string[] {
  const [child] = operator.children;
  switch (operator.type) {
    case 'LOGICAL_PROJECTION': {
      const below = child === undefined ? [] : ownNames(child);
      return operator.expressions.map(
        (expression) => expression.alias || (expression.expression_class === 'BOUND_REF' ? (below[expression.index] ?? '') : ''),
      );
    }
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return [...operator.groups, ...operator.expressions].map((expression) => expression.alias ?? '');
    case 'LOGICAL_MATERIALIZED_CTE':
      return operator.children[1] === undefined ? [] : ownNames(operator.children[1]);
    case 'LOGICAL_ORDER_BY':
    case 'LOGICAL_LIMIT':
    case 'LOGICAL_DISTINCT':
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
      return child === undefined ? [] : ownNames(child);
    default:
      return [];
  }
}

/** A name that looks as if the engine had made it from an expression. */
export function looksInvented(name: string): boolean {
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return false;
  return !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) || name === 'NULL';
}
