/** Finds the lineage of a bound expression, and whether it is never NULL. */
import { constantLineage, influencesOf, makeLineage, mergeLineages, noLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { traceVar } from './references.ts';
import type { Scope } from './scope.ts';
import { traceAggregate, traceWindowCall } from './trace-aggregate.ts';
import { traceParameter, traceSubquery } from './trace-subquery.ts';
import { isSet, nodeAt, nodesAt, numberAt, partsOf, textAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isEquality, isStrict, isUnnest } from './trusted-functions.ts';

type Rule = (node: TreeNode, scope: Scope) => ColumnLineage;

export function traceExpression(node: TreeNode, scope: Scope): ColumnLineage {
  return (rules.get(node.nodeTag) ?? unknownExpression)(node, scope);
}

/** A value computed row by row, and what it was chosen by. */
function computed(values: readonly ColumnLineage[], notNull = false, conditions: readonly ColumnLineage[] = []): ColumnLineage {
  return makeLineage(values, 'transformation', { influences: influencesOf(conditions, 'conditional'), notNull });
}

const areNotNull = (columns: readonly ColumnLineage[]): boolean => columns.every(({ notNull }) => notNull);

/** Whatever is below is a value, and nothing else is known. */
const ofParts: Rule = (node, scope) => computed(scope.trace(partsOf(node)));

/** NULL exactly if the value is. */
const ofArgument: Rule = (node, scope) => {
  const values = scope.traceMaybe(nodeAt(node, 'arg'));
  return computed(values, areNotNull(values));
};

/** A test that gives a truth value in any case. */
const ofTest: Rule = (node, scope) => computed(scope.trace(partsOf(node)), true);

const IMPLICIT_CAST = 2;

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['VAR', traceVar],
  ['CONST', (node) => (isSet(node, 'constisnull') ? noLineage : constantLineage)],
  ['PARAM', (node, scope) => traceParameter(node, scope) ?? unknownExpression(node, scope)],
  ['FUNCEXPR', traceCall],
  ['OPEXPR', traceCall],
  ['BOOLEXPR', traceCall],
  ['AGGREF', traceAggregate],
  ['WINDOWFUNC', traceWindowCall],
  ['GROUPINGFUNC', () => constantLineage],
  ['SUBLINK', traceSubquery],
  ['CASEEXPR', traceCase],
  // What CASE compares with, which is told of by itself.
  ['CASETESTEXPR', () => noLineage],
  ['COERCETODOMAINVALUE', () => noLineage],
  ['COALESCEEXPR', traceCoalesce],
  ['NULLIFEXPR', traceNullIf],
  ['MINMAXEXPR', traceLeast],
  ['ARRAYEXPR', traceArray],
  ['ROWEXPR', traceRow],
  ['FIELDSELECT', traceField],
  // The same value, of a type that is kept in the same way.
  ['RELABELTYPE', traceRelabel],
  ['COERCEVIAIO', ofArgument],
  ['COLLATEEXPR', ofArgument],
  ['COERCETODOMAIN', ofArgument],
  ['NAMEDARGEXPR', (node, scope) => scope.traceMaybe(nodeAt(node, 'arg'))[0] ?? noLineage],
  ['ARRAYCOERCEEXPR', ofParts],
  ['CONVERTROWTYPEEXPR', ofParts],
  ['SUBSCRIPTINGREF', ofParts],
  ['SCALARARRAYOPEXPR', traceListTest],
  ['DISTINCTEXPR', ofTest],
  ['NULLTEST', ofTest],
  ['BOOLEANTEST', ofTest],
  ['ROWCOMPAREEXPR', ofParts],
  ['SQLVALUEFUNCTION', () => noLineage],
  ['NEXTVALUEEXPR', () => noLineage],
  ['XMLEXPR', ofParts],
  ['JSONFORMAT', () => noLineage],
  ['JSONRETURNING', ofParts],
  ['JSONVALUEEXPR', ofParts],
  ['JSONCONSTRUCTOREXPR', ofParts],
  ['JSONISPREDICATE', ofParts],
  ['JSONEXPR', ofParts],
  ['JSONBEHAVIOR', ofParts],
]);

/** Chains of operators may be thousands deep: they are walked without recursion. */
function traceCall(node: TreeNode, scope: Scope): ColumnLineage {
  if (isSet(node, 'funcretset') || isSet(node, 'opretset')) return traceRowMaker(node, scope);
  const values: ColumnLineage[] = [];
  let isTrusted = true;
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const isChained = next.nodeTag === 'FUNCEXPR' || next.nodeTag === 'OPEXPR' || next.nodeTag === 'BOOLEXPR';
    if (isChained && !isSet(next, 'funcretset') && !isSet(next, 'opretset')) {
      isTrusted &&= givesValues(next);
      open.push(...nodesAt(next, 'args').toReversed());
    } else values.push(traceExpression(next, scope));
  }
  return computed(values, isTrusted && areNotNull(values));
}

/** Whether a function gives NULL only for NULL. One without arguments may give anything. */
function givesValues(node: TreeNode): boolean {
  if (node.nodeTag === 'BOOLEXPR') return true;
  const oid = numberAt(node, node.nodeTag === 'FUNCEXPR' ? 'funcid' : 'opfuncid');
  return isStrict(oid) || isEquality(oid);
}

/** A function in the list that gives several rows. How many is decided by its arguments, unless the length is known. */
function traceRowMaker(node: TreeNode, scope: Scope): ColumnLineage {
  const args = scope.trace(nodesAt(node, 'args'));
  const elements = isUnnest(numberAt(node, 'funcid')) ? args[0]?.elements : undefined;
  scope.multiplies = true;
  if (elements === undefined) scope.rowMakers.push(...args);
  return { ...(elements ?? computed(args)), notNull: false };
}

function traceCase(node: TreeNode, scope: Scope): ColumnLineage {
  const branches = nodesAt(node, 'args');
  const values = scope.traceMaybe(...branches.map((branch) => nodeAt(branch, 'result')), nodeAt(node, 'defresult'));
  const conditions = scope.traceMaybe(nodeAt(node, 'arg'), ...branches.map((branch) => nodeAt(branch, 'expr')));
  return computed(values, values.length > branches.length && areNotNull(values), conditions);
}

function traceCoalesce(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'args'));
  return computed(
    values,
    values.some(({ notNull }) => notNull),
    values.slice(0, -1),
  );
}

function traceNullIf(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'args'));
  return computed(values.slice(0, 1), false, values);
}

/** GREATEST and LEAST pass over NULL. */
function traceLeast(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'args'));
  return computed(
    values,
    values.some(({ notNull }) => notNull),
  );
}

function traceArray(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'elements'));
  const lineage = computed(values, true);
  if (!isSet(node, 'multidims')) return { ...lineage, elements: mergeLineages(values) };
  const inner = values.flatMap(({ elements }) => elements ?? []);
  return inner.length === values.length ? { ...lineage, elements: mergeLineages(inner) } : lineage;
}

function traceRow(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'args'));
  // A row of nothing but NULL counts as NULL.
  const notNull = values.some((value) => value.notNull);
  return { ...computed(values, notNull), fields: new Map(values.map((value, at) => [String(at + 1), value])) };
}

function traceField(node: TreeNode, scope: Scope): ColumnLineage {
  const [row = noLineage] = scope.traceMaybe(nodeAt(node, 'arg'));
  return row.fields?.get(textAt(node, 'fieldnum') ?? '') ?? computed([row]);
}

/** What the server did by itself changes nothing; a cast that the user wrote is one. */
function traceRelabel(node: TreeNode, scope: Scope): ColumnLineage {
  const [value = noLineage] = scope.traceMaybe(nodeAt(node, 'arg'));
  return numberAt(node, 'relabelformat') === IMPLICIT_CAST ? value : computed([value], value.notNull);
}

/** IN a list, ANY and ALL of an array. A NULL in the array may make the answer NULL. */
function traceListTest(node: TreeNode, scope: Scope): ColumnLineage {
  const values = scope.trace(nodesAt(node, 'args'));
  const [value, list] = values;
  return computed(values, isEquality(numberAt(node, 'opfuncid')) && value?.notNull === true && list?.elements?.notNull === true);
}

/** Never wrong: whatever stands below and whatever could be referred to from here may be in it. */
function unknownExpression(node: TreeNode, scope: Scope): ColumnLineage {
  const below: ColumnLineage[] = [];
  const open = node.nodeTag === 'QUERY' ? [node] : [...partsOf(node)];
  for (const part of open) {
    if (part.nodeTag === 'QUERY') {
      const flow = scope.walk.query(part, scope);
      below.push(...flow.columns, makeLineage([], 'opaque', { influences: flow.influences }));
    } else if (rules.has(part.nodeTag)) below.push(traceExpression(part, scope));
    else open.push(...partsOf(part));
  }
  return scope.opaque(node.nodeTag, below);
}
