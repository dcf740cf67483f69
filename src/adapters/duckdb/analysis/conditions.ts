/** What the conditions of a filter say of every row that passes. */
import type { Condition } from '../../../adapter/lineage/row-flow.ts';
import { repeatedPlace } from './null-rules.ts';
import type { Expression, Operator } from './plan.ts';

export function conditionOf(tests: readonly Expression[]): Condition {
  const notNull = new Set<number>();
  const constant = new Set<number>();
  for (const test of tests.flatMap(conjuncts)) {
    for (const place of notNullPlaces(test)) notNull.add(place);
    const held = constantPlace(test);
    if (held !== undefined) constant.add(held);
  }
  return { notNull: [...notNull], constant: [...constant] };
}

/** The tests that all have to hold. */
export function conjuncts(test: Expression): readonly Expression[] {
  return test.expression_class === 'BOUND_CONJUNCTION' && test.type === 'CONJUNCTION_AND' ? test.children.flatMap(conjuncts) : [test];
}

/** Whether a plan has a condition that rows have no part in, or a limit of none: then parts of it may be there for their columns alone. */
export function mayBeIdle(plan: Operator): boolean {
  if (plan.type === 'LOGICAL_FILTER' && plan.expressions.some(isDecided)) return true;
  if (plan.type === 'LOGICAL_LIMIT' && plan.limit_val.type === 'CONSTANT_VALUE' && plan.limit_val.constant_integer === 0) return true;
  return plan.children.some(mayBeIdle);
}

function isDecided(test: Expression): boolean {
  switch (test.expression_class) {
    case 'BOUND_CONSTANT':
      return true;
    case 'BOUND_CAST':
      return isDecided(test.child);
    case 'BOUND_COMPARISON':
      return isDecided(test.left) && isDecided(test.right);
    case 'BOUND_CONJUNCTION':
    case 'BOUND_OPERATOR':
    case 'BOUND_FUNCTION':
      return test.children.every(isDecided);
    default:
      return false;
  }
}

/** A test of these kinds is never true of NULL. */
function notNullPlaces(test: Expression): readonly number[] {
  switch (test.expression_class) {
    case 'BOUND_REF':
      return [test.index];
    case 'BOUND_COMPARISON':
      return test.type.endsWith('DISTINCT_FROM') ? [] : places([test.left, test.right]);
    case 'BOUND_BETWEEN':
      return places([test.input, test.lower, test.upper]);
    case 'BOUND_OPERATOR':
      return test.type === 'OPERATOR_IS_NOT_NULL' || test.type === 'COMPARE_IN' ? places(test.children.slice(0, 1)) : [];
    default:
      return [];
  }
}

/** Casting NULL gives NULL, whatever the types. */
function places(expressions: readonly Expression[]): readonly number[] {
  return expressions.flatMap((expression) => {
    let inner = expression;
    while (inner.expression_class === 'BOUND_CAST') inner = inner.child;
    return inner.expression_class === 'BOUND_REF' ? [inner.index] : [];
  });
}

/** The place that a test holds at one value. */
function constantPlace(test: Expression): number | undefined {
  if (test.expression_class === 'BOUND_REF') return test.index;
  if (test.expression_class === 'BOUND_COMPARISON' && (test.type === 'COMPARE_EQUAL' || test.type === 'COMPARE_NOT_DISTINCT_FROM')) {
    if (isConstant(test.right)) return repeatedPlace(test.left);
    return isConstant(test.left) ? repeatedPlace(test.right) : undefined;
  }
  const [tested, ...values] = test.expression_class === 'BOUND_OPERATOR' ? test.children : [];
  if (test.expression_class !== 'BOUND_OPERATOR' || tested === undefined) return undefined;
  if (test.type === 'OPERATOR_IS_NULL') return tested.expression_class === 'BOUND_REF' ? tested.index : undefined;
  return test.type === 'COMPARE_IN' && values.length === 1 && values.every(isConstant) ? repeatedPlace(tested) : undefined;
}

function isConstant(expression: Expression): boolean {
  if (expression.expression_class === 'BOUND_CAST') return isConstant(expression.child);
  return expression.expression_class === 'BOUND_CONSTANT';
}
