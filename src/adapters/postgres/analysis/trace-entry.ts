/** What the entries of FROM give: relations, subqueries, functions, rows that are written down, and common table expressions. */
import { constantLineage, makeLineage, mergeLineages, noLineage, sourceLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { influencesOf, withNotNull } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import type { Influences } from '../../../adapter/lineage/influences.ts';
import { smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { Key } from '../../../adapter/lineage/row-keys.ts';
import { traceCte } from './trace-cte.ts';
import { readTree } from './read-tree.ts';
import { EntryColumns, entryKinds } from './scope.ts';
import type { Scope } from './scope.ts';
import { isNode, isSet, nodeAt, nodesAt, numberAt, partsOf, rowsAt, textAt, textsAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isUnnest } from './trusted-functions.ts';

export interface EntryFlow {
  readonly columns: EntryColumns;
  /** What decides about its rows. */
  readonly influences: Influences;
  /** Places among its own columns. */
  readonly keys: readonly Key[];
}

export function traceEntry(entry: TreeNode, scope: Scope): EntryFlow {
  switch (numberAt(entry, 'rtekind')) {
    case entryKinds.relation:
      return traceRelation(entry, scope);
    case entryKinds.subquery: {
      const query = nodeAt(entry, 'subquery');
      return query === undefined ? unknownEntry(entry, scope) : ofFlow(scope.walk.query(query, scope));
    }
    case entryKinds.cte: {
      const flow = traceCte(entry, scope);
      return flow === undefined ? unknownEntry(entry, scope) : ofFlow(flow);
    }
    case entryKinds.function:
      return traceFunctions(entry, scope);
    case entryKinds.tableFunction:
      return traceTableFunction(entry, scope);
    case entryKinds.values:
      return traceValues(entry, scope);
    case entryKinds.result:
      return { columns: EntryColumns.of([]), influences: noInfluences, keys: [[]] };
    default:
      return unknownEntry(entry, scope);
  }
}

function ofFlow({ columns, influences, keys }: { readonly columns: readonly ColumnLineage[] } & Omit<EntryFlow, 'columns'>): EntryFlow {
  return { columns: EntryColumns.of(columns), influences, keys };
}

function namesOf(entry: TreeNode): TreeNode | undefined {
  const names = readTree(textAt(entry, 'eref') ?? '');
  return isNode(names) ? names : undefined;
}

/** As the query names them. */
function columnNames(entry: TreeNode): readonly string[] {
  return textsAt(namesOf(entry), 'colnames');
}

/** Never wrong: everything that could be referred to may be in each of its columns, and decide about its rows. */
function unknownEntry(entry: TreeNode, scope: Scope): EntryFlow {
  const kind = `RTE ${numberAt(entry, 'rtekind')}`;
  scope.walk.report({ kind: 'operator', name: kind });
  const any = scope.opaque(kind, scope.trace(partsOf(entry)));
  const columns = columnNames(entry).map(() => any);
  return { columns: EntryColumns.of(columns), influences: influencesOf([any], 'opaque'), keys: [] };
}

function traceRelation(entry: TreeNode, scope: Scope): EntryFlow {
  const { inputs, names } = scope.walk;
  const known = names.relation(numberAt(entry, 'relid'));
  if (known === undefined) return unknownEntry(entry, scope);
  const { relation, columns, notNull, unique } = known;
  const input = inputs.relation(relation);
  const make = (at: number): ColumnLineage => {
    const name = columns[at];
    return name === undefined ? noLineage : sourceLineage(inputs.column(input, name), notNull.has(name));
  };
  const keys = unique.map((key) => key.map((name) => columns.indexOf(name))).filter((key) => !key.includes(-1));
  return { columns: new EntryColumns(columns.length, make), influences: noInfluences, keys: smallestKeys(keys) };
}

/** Rows that are written down; they may name columns of what stands to their left. */
function traceValues(entry: TreeNode, scope: Scope): EntryFlow {
  const rows = rowsAt(entry, 'values_lists').map((row) => scope.trace(row));
  const columns = (rows[0] ?? []).map((_, at) => mergeLineages(rows.map((row) => row[at] ?? noLineage)));
  return ofFlow({ columns, influences: noInfluences, keys: rows.length === 1 ? [[]] : [] });
}

interface FunctionColumns {
  readonly columns: readonly ColumnLineage[];
  /** What its number of rows follows from. */
  readonly counted: readonly ColumnLineage[];
  readonly isSingleRow: boolean;
}

/** Functions in FROM, alone or side by side; the shorter ones are then filled up with NULL. */
function traceFunctions(entry: TreeNode, scope: Scope): EntryFlow {
  const names = [...columnNames(entry)];
  const functions = nodesAt(entry, 'functions').map((item) => {
    const width = numberAt(item, 'funccolcount');
    return traceFunction(entry, item, names.splice(0, width), scope);
  });
  const columns = functions.flatMap((one) => one.columns.map((column) => withNotNull(column, false)));
  if (isSet(entry, 'funcordinality')) columns.push(constantLineage);
  const counted = functions.flatMap((one) => one.counted);
  return ofFlow({
    columns,
    influences: influencesOf(counted, 'join'),
    keys: functions.every(({ isSingleRow }) => isSingleRow) ? [[]] : isSet(entry, 'funcordinality') ? [[columns.length - 1]] : [],
  });
}

function traceFunction(entry: TreeNode, item: TreeNode, names: readonly string[], scope: Scope): FunctionColumns {
  const expression = nodeAt(item, 'funcexpr');
  const args = nodesAt(expression, 'args');
  const isSingleRow = expression?.nodeTag !== 'FUNCEXPR' || !isSet(expression, 'funcretset');
  const values =
    expression === undefined ? [] : expression.nodeTag === 'FUNCEXPR' ? scope.trace(args) : [scope.walk.expression(expression, scope)];
  if (values.every(isFromNowhere)) {
    // A function of nothing is an input of its own; it gives what it gives.
    const number = numberAt(expression, 'funcid');
    const { inputs, names: known } = scope.walk;
    const input = inputs.tableFunction(known.function(number) ?? textAt(namesOf(entry), 'aliasname') ?? '', JSON.stringify(item));
    return { columns: names.map((name) => sourceLineage(inputs.column(input, name))), counted: [], isSingleRow };
  }
  const elements = isUnnest(numberAt(expression, 'funcid')) ? values[0]?.elements : undefined;
  const column = elements ?? makeLineage(values, 'transformation');
  return { columns: names.map(() => column), counted: isSingleRow || elements !== undefined ? [] : values, isSingleRow };
}

function isFromNowhere({ edges, influences, elements }: ColumnLineage): boolean {
  return edges.length === 0 && influences === noInfluences && elements === undefined;
}

const xml = 0;

/** XMLTABLE and JSON_TABLE: all columns and the number of rows follow from the document and from what is looked for in it. */
function traceTableFunction(entry: TreeNode, scope: Scope): EntryFlow {
  const call = nodeAt(entry, 'tablefunc');
  const names = columnNames(entry);
  const expressions = ['docexpr', 'rowexpr'].flatMap((field) => nodeAt(call, field) ?? []);
  const others = ['ns_uris', 'passingvalexprs', 'colexprs', 'coldefexprs', 'colvalexprs'].flatMap((field) => nodesAt(call, field));
  const document = scope.trace(expressions);
  const all = [...document, ...scope.trace(others)];
  if (all.every(isFromNowhere)) {
    const { inputs } = scope.walk;
    const input = inputs.tableFunction(numberAt(call, 'functype') === xml ? 'xmltable' : 'json_table', JSON.stringify(call));
    return ofFlow({ columns: names.map((name) => sourceLineage(inputs.column(input, name))), influences: noInfluences, keys: [] });
  }
  const column = makeLineage(all, 'transformation');
  return ofFlow({ columns: names.map(() => column), influences: influencesOf(all, 'join'), keys: [] });
}
