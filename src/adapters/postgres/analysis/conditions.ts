/** What the conditions of WHERE and of a join say of every row that passes. */
import { typeOf } from './expression-type.ts';
import { repeatedColumn, repeatedPlace } from './references.ts';
import type { BaseColumn } from './references.ts';
import type { Scope } from './scope.ts';
import { isSet, nodeAt, nodesAt, numberAt, textAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isBuiltIn, isDeterministic, isEquality, isStrictCast } from './trusted-functions.ts';

const BOOLEAN = 16;
const IS_NOT_NULL = 1;
const IS_NULL = 0;

/** The tests that all have to hold. */
export function conjuncts(test: TreeNode | undefined): readonly TreeNode[] {
  const found: TreeNode[] = [];
  const open = test === undefined ? [] : [test];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.nodeTag === 'BOOLEXPR' && textAt(next, 'boolop') === 'and') open.push(...nodesAt(next, 'args').toReversed());
    else found.push(next);
  }
  return found;
}

/** Columns that are not NULL where the tests hold. */
export function provenColumns(tests: readonly TreeNode[], scope: Scope): readonly BaseColumn[] {
  return tests.flatMap((test) =>
    neverNull(test)
      .map(withoutCasts)
      .flatMap((expression) => (isRecord(expression) ? [] : (repeatedColumn(expression, scope) ?? []))),
  );
}

const RECORD = 2249;

/** A record is a value, and counts as NULL all the same where all of its fields are. Types of users may be records. */
function isRecord(expression: TreeNode | undefined): boolean {
  const type = typeOf(expression);
  return type === undefined || type === RECORD || !isBuiltIn(type);
}

/** Expressions of which a test is never true when they are NULL. */
function neverNull(test: TreeNode): readonly TreeNode[] {
  switch (test.nodeTag) {
    case 'VAR':
      return [test];
    case 'OPEXPR':
      return isBuiltIn(numberAt(test, 'opfuncid')) && numberAt(test, 'opresulttype') === BOOLEAN ? nodesAt(test, 'args') : [];
    case 'SCALARARRAYOPEXPR':
      return isBuiltIn(numberAt(test, 'opfuncid')) && isSet(test, 'useOr') ? nodesAt(test, 'args').slice(0, 1) : [];
    case 'NULLTEST': {
      const arg = nodeAt(test, 'arg');
      return numberAt(test, 'nulltesttype') === IS_NOT_NULL && !isSet(test, 'argisrow') && arg !== undefined ? [arg] : [];
    }
    default:
      return [];
  }
}

/** Casting NULL gives NULL. */
function withoutCasts(expression: TreeNode): TreeNode | undefined {
  let node: TreeNode | undefined = expression;
  for (;;) {
    if (node?.nodeTag === 'FUNCEXPR' && isStrictCast(numberAt(node, 'funcid'))) node = nodesAt(node, 'args')[0];
    else if (node?.nodeTag === 'COERCEVIAIO' || node?.nodeTag === 'RELABELTYPE') node = nodeAt(node, 'arg');
    else return node;
  }
}

/** Places that hold one value in all rows where the tests hold. */
export function constantPlaces(tests: readonly TreeNode[], scope: Scope): readonly number[] {
  return tests.flatMap((test) => constantPlace(test, scope) ?? []);
}

function constantPlace(test: TreeNode, scope: Scope): number | undefined {
  if (test.nodeTag === 'VAR') return repeatedPlace(test, scope);
  if (test.nodeTag === 'NULLTEST' && numberAt(test, 'nulltesttype') === IS_NULL) {
    const arg = nodeAt(test, 'arg');
    return arg?.nodeTag === 'VAR' && !isRecord(arg) ? repeatedPlace(arg, scope) : undefined;
  }
  const sides = equatedSides(test);
  if (sides === undefined) return undefined;
  const [left, right] = sides;
  if (isConstant(right)) return repeatedPlace(left, scope);
  return isConstant(left) ? repeatedPlace(right, scope) : undefined;
}

/** The two sides of an equality that GROUP BY would agree with. */
export function equatedSides(test: TreeNode): readonly [TreeNode, TreeNode] | undefined {
  if (test.nodeTag !== 'OPEXPR' || !isEquality(numberAt(test, 'opfuncid')) || !isDeterministic(numberAt(test, 'inputcollid')))
    return undefined;
  const [left, right] = nodesAt(test, 'args');
  return left === undefined || right === undefined ? undefined : [left, right];
}

function isConstant(expression: TreeNode): boolean {
  return withoutCasts(expression)?.nodeTag === 'CONST';
}
