/**
 * Walks a query tree from FROM to LIMIT and tells of each column, and of the choice of rows, how it is made. What a rule does not
 * know ends the walk.
 */
import type { QueryMeaning } from '../../../adapter/analysis.ts';
import { made, meaningBy, notFollowed, refuseUnless } from '../../../adapter/lineage/told.ts';
import type { Told, ToldFlow, ToldRelations } from '../../../adapter/lineage/told.ts';
import { shownEntries } from './expression-type.ts';
import { Level } from './meaning-level.ts';
import type { MeaningWalk, ToldEntry } from './meaning-level.ts';
import { showsEqualApart, valueTypeOf } from './value-type.ts';
import type { ValueType } from './value-type.ts';
import { entryKinds } from './scope.ts';
import type { ServerNames } from './server-names.ts';
import { tell, tellAll, tellClause, tellFunctions } from './tell-expression.ts';
import { isSet, nodeAt, nodesAt, numberAt, rowsAt, textAt, textsAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** Undefined where a part of the query cannot be followed. The tree has to have all but what means nothing. */
export function traceMeaning(query: TreeNode, names: ServerNames): QueryMeaning | undefined {
  return meaningBy((relations: ToldRelations) => {
    const walk: MeaningWalk = { relations, names, query: (inner, outer) => traceQuery(inner, { walk, outer }) };
    return traceQuery(query, { walk, outer: undefined });
  });
}

/** What takes rows one by one, changes them, or gives several for one. */
const refused = ['hasTargetSRFs', 'hasDistinctOn', 'hasModifyingCTE', 'hasForUpdate', 'hasRecursive'];

function traceQuery(query: TreeNode, { walk, outer }: { readonly walk: MeaningWalk; readonly outer: Level | undefined }): ToldFlow {
  refuseUnless(!refused.some((flag) => isSet(query, flag)));
  const level = new Level(walk, query, outer);
  const united = nodeAt(query, 'setOperations');
  const flow = traceDistinct(united === undefined ? traceSelect(level) : traceUnited(united, level), level);
  const limits = ['limitCount', 'limitOffset'].flatMap((field) => nodeAt(query, field) ?? []);
  if (limits.length === 0) return flow;
  // Which rows these are, an order decides that may leave a choice.
  return { ...flow, rows: made('limit', [flow.rows, ...tellAll(limits, level)], true) };
}

function traceSelect(level: Level): ToldFlow {
  const { query } = level;
  const tree = nodeAt(query, 'jointree');
  const items = nodesAt(tree, 'fromlist');
  // Before anything is told: functions may take columns of what stands beside them.
  for (const [at, item] of items.entries()) noteSides(item, items.length === 1 ? '' : `${at} of ${items.length}/`, level);
  const [first = made('one row', []), ...others] = items.map((item) => traceItem(item, level));
  let rows = others.reduce((left, right) => made('product', [left, right]), first);
  const where = nodeAt(tree, 'quals');
  if (where !== undefined) rows = made('filter', [rows, tell(where, level)]);
  const clauses = nodesAt(query, 'groupClause');
  const having = nodeAt(query, 'havingQual');
  if (isSet(query, 'hasAggs') || clauses.length + nodesAt(query, 'groupingSets').length > 0 || having !== undefined) {
    const sets = JSON.stringify([groupingSets(level), isSet(query, 'groupDistinct')]);
    rows = made(`groups ${sets}`, [rows, ...clauses.map((clause) => tellClause(clause, level))]);
    if (having !== undefined) rows = made('filter', [rows, tell(having, level)], isOpen(level, clauses));
  }
  level.rows = rows;
  return { rows, columns: traceList(level, isOpen(level, clauses)) };
}

/** The sets by places in GROUP BY. */
function groupingSets(level: Level): unknown {
  const places = new Map(nodesAt(level.query, 'groupClause').map((clause, at) => [numberAt(clause, 'tleSortGroupRef'), at]));
  const copy = (set: TreeNode): unknown => [
    numberAt(set, 'kind'),
    numbersAt(set, 'content').map((number) => places.get(number) ?? notFollowed()),
    nodesAt(set, 'content').map(copy),
  ];
  return nodesAt(level.query, 'groupingSets').map(copy);
}

/** Of values that count as equal a group shows any one: what is made of such a group may be another each time. */
function isOpen(level: Level, clauses: readonly TreeNode[]): boolean {
  const groups = clauses.map((clause) => nodeAt(level.target(numberAt(clause, 'tleSortGroupRef')), 'expr'));
  return groups.some((expression) => !showsEqualApart(valueTypeOf(expression)));
}

function traceList(level: Level, loose: boolean): readonly Told[] {
  return shownEntries(level.query).map((entry) => {
    const expression = nodeAt(entry, 'expr') ?? notFollowed();
    const column = tell(expression, level);
    return loose && expression.nodeTag !== 'AGGREF' ? { ...column, loose } : column;
  });
}

function traceDistinct(flow: ToldFlow, level: Level): ToldFlow {
  if (nodesAt(level.query, 'distinctClause').length === 0) return flow;
  const entries = shownEntries(level.query);
  const columns = flow.columns.map((column, at) =>
    showsEqualApart(valueTypeOf(nodeAt(entries[at], 'expr'))) ? column : { ...column, loose: true },
  );
  return { rows: made('distinct', [flow.rows, ...flow.columns]), columns };
}

/** Notes of each entry of a part of FROM on which sides it stands. */
function noteSides(item: TreeNode, sides: string, level: Level): void {
  if (item.nodeTag !== 'JOINEXPR') {
    level.sides.set(numberAt(item, 'rtindex'), sides);
    return;
  }
  const kind = numberAt(item, 'jointype');
  for (const side of ['larg', 'rarg']) noteSides(nodeAt(item, side) ?? notFollowed(), `${sides}${kind} ${side}/`, level);
}

/** The rows of a part of FROM. */
function traceItem(item: TreeNode, level: Level): Told {
  if (item.nodeTag === 'JOINEXPR') return traceJoin(item, level);
  refuseUnless(item.nodeTag === 'RANGETBLREF');
  const number = numberAt(item, 'rtindex');
  const { rows, entry } = traceEntry(level.entries[number - 1] ?? notFollowed(), level);
  level.columns.set(number, entry);
  return rows;
}

function traceJoin(join: TreeNode, level: Level): Told {
  const sides = ['larg', 'rarg'].map((side) => traceItem(nodeAt(join, side) ?? notFollowed(), level));
  const condition = nodeAt(join, 'quals');
  return made(`join ${numberAt(join, 'jointype')}`, [...sides, ...(condition === undefined ? [] : [tell(condition, level)])]);
}

interface ToldPart {
  readonly rows: Told;
  readonly entry: ToldEntry;
}

function traceEntry(entry: TreeNode, level: Level): ToldPart {
  refuseUnless(nodeAt(entry, 'tablesample') === undefined && nodesAt(entry, 'securityQuals').length === 0);
  switch (numberAt(entry, 'rtekind')) {
    case entryKinds.relation:
      return traceRelation(entry, level);
    case entryKinds.subquery:
      return ofFlow(level.walk.query(nodeAt(entry, 'subquery') ?? notFollowed(), level));
    case entryKinds.cte:
      return ofFlow(traceCte(entry, level));
    case entryKinds.values: {
      const rows = rowsAt(entry, 'values_lists').map((row) => tellAll(row, level));
      const columns = (rows[0] ?? []).map((_, at) =>
        made(
          'values',
          rows.map((row) => row[at] ?? notFollowed()),
        ),
      );
      return ofFlow({ rows: made(`${rows.length} rows`, []), columns });
    }
    case entryKinds.function: {
      const functions = tellFunctions(entry, level);
      return { rows: made('functions', [functions]), entry: (at) => made(`function column ${at}`, [functions]) };
    }
    case entryKinds.result:
      return ofFlow({ rows: made('one row', []), columns: [] });
    default:
      return notFollowed();
  }
}

function ofFlow({ rows, columns }: ToldFlow): ToldPart {
  return { rows, entry: (at) => columns[at] };
}

/** Of what the project does not know, such as the server's own tables, nobody tells when it changes. */
function traceRelation(entry: TreeNode, { walk: { names, relations } }: Level): ToldPart {
  const known = names.relation(numberAt(entry, 'relid'));
  if (known?.isDeclared !== true) return notFollowed();
  const { relation, columns } = known;
  return {
    rows: made(isSet(entry, 'inh') ? 'all' : 'only', [relations.rows(relation)]),
    entry: (at) => {
      const name = columns[at];
      return name === undefined ? undefined : relations.column(relation, name);
    },
  };
}

function traceCte(entry: TreeNode, level: Level): ToldFlow {
  refuseUnless(!isSet(entry, 'self_reference'));
  const owner = level.above(numberAt(entry, 'ctelevelsup')) ?? notFollowed();
  const name = textAt(entry, 'ctename') ?? '';
  const known = owner.ctes.get(name);
  if (known !== undefined) return known;
  const cte = nodesAt(owner.query, 'cteList').find((candidate) => textAt(candidate, 'ctename') === name);
  refuseUnless(!isSet(cte, 'cterecursive'));
  const flow = owner.walk.query(nodeAt(cte, 'ctequery') ?? notFollowed(), owner);
  owner.ctes.set(name, flow);
  return flow;
}

/** The list of the query refers to the columns of the set operation by its first side. */
function traceUnited(tree: TreeNode, level: Level): ToldFlow {
  const flow = traceSide(tree, level);
  let first: TreeNode | undefined = tree;
  while (first?.nodeTag === 'SETOPERATIONSTMT') first = nodeAt(first, 'larg');
  level.columns.set(numberAt(first, 'rtindex'), (at) => flow.columns[at]);
  return { rows: flow.rows, columns: traceList(level, false) };
}

function traceSide(side: TreeNode, level: Level): ToldFlow {
  if (side.nodeTag !== 'SETOPERATIONSTMT') {
    refuseUnless(side.nodeTag === 'RANGETBLREF');
    const query = nodeAt(level.entries[numberAt(side, 'rtindex') - 1], 'subquery');
    return level.walk.query(query ?? notFollowed(), level);
  }
  const [left, right] = ['larg', 'rarg'].map((field) => traceSide(nodeAt(side, field) ?? notFollowed(), level));
  if (left === undefined || right === undefined || left.columns.length !== right.columns.length) return notFollowed();
  const [types, typmods, collations] = ['colTypes', 'colTypmods', 'colCollations'].map((field) => numbersAt(side, field));
  const kinds = left.columns.map((_, at): ValueType => ({ type: types?.[at], typmod: typmods?.[at], collation: collations?.[at] }));
  // Sides of other types are cast when the query runs, of which the tree says nothing but the types.
  const columns = kinds.map((kind, at) =>
    made(`either ${JSON.stringify(kind)}`, [left.columns[at] ?? notFollowed(), right.columns[at] ?? notFollowed()]),
  );
  const what = `set ${numberAt(side, 'op')} ${isSet(side, 'all')}`;
  if (numberAt(side, 'op') === UNION && isSet(side, 'all')) return { rows: made(what, [left.rows, right.rows]), columns };
  return {
    rows: made(what, [left.rows, right.rows, ...columns]),
    columns: columns.map((column, at) => (showsEqualApart(kinds[at]) ? column : { ...column, loose: true })),
  };
}

const UNION = 1;

/** The numbers of a list, whose first word says what it holds. */
function numbersAt(node: TreeNode, field: string): readonly number[] {
  return textsAt(node, field).slice(1).map(Number);
}
