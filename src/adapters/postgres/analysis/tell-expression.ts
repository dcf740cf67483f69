/** Tells of an expression how it is made: its tree as the server keeps it, with what is told of what it refers to. */
import { made, notFollowed, refuseUnless } from '../../../adapter/lineage/told.ts';
import type { Told } from '../../../adapter/lineage/told.ts';
import type { Level } from './meaning-level.ts';
import { isNode, isSet, nodeAt, nodesAt, numberAt, textAt, textsAt } from './tree-node.ts';
import type { TreeNode, TreeValue } from './tree-node.ts';
import { isBuiltIn, isCount, isRanking, isSum, isTruthOfAll, isExtreme } from './trusted-functions.ts';
import { showsEqualApart, valueTypeOf } from './value-type.ts';

/** What is made of its parts and of nothing else. */
const plain: ReadonlySet<string> = new Set(
  (
    'CONST FUNCEXPR OPEXPR BOOLEXPR DISTINCTEXPR NULLIFEXPR SCALARARRAYOPEXPR RELABELTYPE COERCEVIAIO ARRAYCOERCEEXPR COLLATEEXPR ' +
    'CASEEXPR CASEWHEN CASETESTEXPR ARRAYEXPR ROWEXPR ROWCOMPAREEXPR COALESCEEXPR MINMAXEXPR NULLTEST BOOLEANTEST NAMEDARGEXPR ' +
    'SUBSCRIPTINGREF AGGREF TARGETENTRY SORTGROUPCLAUSE'
  ).split(' '),
);

/** Functions that others made may become other ones at any time. */
const functions = ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid'];

export function tell(expression: TreeNode, level: Level): Told {
  const special = tellSpecial(expression, level);
  if (special !== undefined) return special;
  const parts: Told[] = [];
  let loose = false;
  const copy = (value: TreeValue): unknown => {
    if (!isNode(value)) return typeof value === 'object' && value !== null ? value.map(copy) : (value ?? null);
    const told = tellSpecial(value, level);
    if (told !== undefined) return { part: parts.push(told) };
    refuseUnless(plain.has(value.nodeTag) && !isSet(value, 'funcretset') && !isSet(value, 'opretset'));
    loose ||= value.nodeTag === 'AGGREF' && !givesOneValue(value);
    return copyFields(value, copy);
  };
  const text = JSON.stringify(copy(expression));
  return made(text, parts, loose);
}

function copyFields(node: TreeNode, copy: (value: TreeValue) => unknown): unknown {
  refuseUnless(functions.every((field) => node[field] === undefined || isBuiltIn(numberAt(node, field))));
  return Object.entries(node).map(([field, value]) => [field, copy(value)]);
}

export function tellAll(expressions: readonly TreeNode[], level: Level): readonly Told[] {
  return expressions.map((expression) => tell(expression, level));
}

/** What refers to something else than its own parts. */
function tellSpecial(node: TreeNode, level: Level): Told | undefined {
  switch (node.nodeTag) {
    case 'VAR': {
      const referred = level.referred(node);
      return 'nodeTag' in referred ? tell(referred, level) : referred;
    }
    case 'PARAM': {
      // A column of the subquery that is compared.
      refuseUnless(numberAt(node, 'paramkind') === OF_SUBQUERY);
      return made('compared', [level.compared.at(-1)?.columns[numberAt(node, 'paramid') - 1] ?? notFollowed()]);
    }
    case 'SUBLINK':
      return tellSubquery(node, level);
    case 'WINDOWFUNC':
      return tellWindow(node, level);
    case 'GROUPINGFUNC': {
      const places = new Map(nodesAt(level.query, 'groupClause').map((clause, at) => [numberAt(clause, 'tleSortGroupRef'), at]));
      refuseUnless(numberAt(node, 'agglevelsup') === 0);
      return made(`grouping ${JSON.stringify(textsAt(node, 'refs').map((number) => places.get(Number(number))))}`, []);
    }
    case 'AGGREF':
      refuseUnless(numberAt(node, 'agglevelsup') === 0);
      return undefined;
    default:
      return undefined;
  }
}

const OF_SUBQUERY = 2;
const subqueries = { exists: 0, all: 1, any: 2, row: 3, value: 4, array: 6 } as const;

function tellSubquery(node: TreeNode, level: Level): Told {
  const flow = level.walk.query(nodeAt(node, 'subselect') ?? notFollowed(), level);
  const kind = numberAt(node, 'subLinkType');
  switch (kind) {
    case subqueries.exists:
      return made('exists', [flow.rows]);
    case subqueries.all:
    case subqueries.any:
    case subqueries.row: {
      level.compared.push(flow);
      const compared = tell(nodeAt(node, 'testexpr') ?? notFollowed(), level);
      level.compared.pop();
      return made(`subquery ${kind}`, [flow.rows, compared]);
    }
    case subqueries.value:
      return made('value', [flow.rows, flow.columns[0] ?? notFollowed()]);
    case subqueries.array:
      return made('array', [flow.rows, flow.columns[0] ?? notFollowed()], true);
    default:
      return notFollowed();
  }
}

/** What an entry of GROUP BY, ORDER BY or PARTITION BY names, and how it is compared. */
export function tellClause(clause: TreeNode, level: Level): Told {
  const { tleSortGroupRef: _, ...how } = clause;
  return made(JSON.stringify(how), [tell(nodeAt(level.target(numberAt(clause, 'tleSortGroupRef')), 'expr') ?? notFollowed(), level)]);
}

const BY_ROWS = 0x4;
/** From the first row of the partition to its last. */
const WHOLE = 0x20 | 0x100;

function tellWindow(node: TreeNode, level: Level): Told {
  const { rows } = level;
  const window = nodesAt(level.query, 'windowClause').find((clause) => numberAt(clause, 'winref') === numberAt(node, 'winref'));
  if (rows === undefined || window === undefined) return notFollowed();
  refuseUnless(isBuiltIn(numberAt(node, 'winfnoid')));
  const { nodeTag, winref: _, args: __, aggfilter, ...call } = node;
  const frame = ['frameOptions', 'startInRangeFunc', 'endInRangeFunc', 'inRangeColl', 'inRangeAsc', 'inRangeNullsFirst'];
  const what = JSON.stringify([nodeTag, call, frame.map((field) => textAt(window, field))]);
  const partition = nodesAt(window, 'partitionClause').map((clause) => tellClause(clause, level));
  const order = nodesAt(window, 'orderClause').map((clause) => tellClause(clause, level));
  const maybe = (expression: TreeNode | undefined): readonly Told[] => (expression === undefined ? [] : [tell(expression, level)]);
  const lists = [
    tellAll(nodesAt(node, 'args'), level),
    maybe(isNode(aggfilter) ? aggfilter : undefined),
    partition,
    order,
    maybe(nodeAt(window, 'startOffset')),
    maybe(nodeAt(window, 'endOffset')),
  ];
  // Rows that are equal by the order, which without one all are, come into a frame that is cut by rows in any order.
  const options = numberAt(window, 'frameOptions');
  const isCut = (options & BY_ROWS) !== 0 && (options & WHOLE) !== WHOLE;
  const isOne = isRanking(numberAt(node, 'winfnoid')) || (!isCut && givesOneValue(node));
  return made(what, [rows, ...lists.map((list) => made('list', list))], !isOne);
}

/** Whether a function over several rows gives the same whatever the order is in which the server meets them. */
function givesOneValue(node: TreeNode): boolean {
  const oid = numberAt(node, node.nodeTag === 'AGGREF' ? 'aggfnoid' : 'winfnoid');
  const [first] = nodesAt(node, 'args');
  const value = first?.nodeTag === 'TARGETENTRY' ? nodeAt(first, 'expr') : first;
  const isApart = showsEqualApart(valueTypeOf(value));
  if (isCount(oid) || isTruthOfAll(oid)) return true;
  if (isSum(oid)) return isApart || node['aggdistinct'] === undefined || node['aggdistinct'] === null;
  return isExtreme(oid) && isApart;
}

/** Functions in FROM, alone or side by side. */
export function tellFunctions(entry: TreeNode, level: Level): Told {
  const calls = nodesAt(entry, 'functions').map((item) => {
    const { funcexpr, ...how } = item;
    if (!isNode(funcexpr) || funcexpr.nodeTag !== 'FUNCEXPR') return notFollowed();
    const { funcid, args: _, funcretset: __, ...call } = funcexpr;
    refuseUnless(isBuiltIn(Number(funcid)));
    return made(JSON.stringify([how, funcid, call]), tellAll(nodesAt(funcexpr, 'args'), level));
  });
  return made(`functions ${isSet(entry, 'funcordinality')}`, calls);
}
