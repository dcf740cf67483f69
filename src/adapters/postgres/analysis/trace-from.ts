/** FROM and WHERE: what a query joins, and which rows it keeps. */
import { influencesOf } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences, noInfluences } from '../../../adapter/lineage/influences.ts';
import type { Influences } from '../../../adapter/lineage/influences.ts';
import { joinKeys, keysWithout } from '../../../adapter/lineage/row-keys.ts';
import type { JoinKind, Key } from '../../../adapter/lineage/row-keys.ts';
import { conjuncts, constantPlaces, equatedSides, provenColumns } from './conditions.ts';
import { repeatedColumn } from './references.ts';
import type { Scope } from './scope.ts';
import { traceEntry } from './trace-entry.ts';
import { isSet, nodeAt, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** The rows of a part of FROM; its columns are those of its entries in the scope. */
export interface FromRows {
  /** Numbers of the entries that it joins. */
  readonly entries: readonly number[];
  readonly influences: Influences;
  /** Over the places of the whole scope. Of a lateral part they hold for each row that it stands beside. */
  readonly keys: readonly Key[];
  readonly isLateral: boolean;
}

const oneRow: FromRows = { entries: [], influences: noInfluences, keys: [[]], isLateral: false };

export function traceFrom(scope: Scope): FromRows {
  const tree = nodeAt(scope.query, 'jointree');
  const [first = oneRow, ...others] = nodesAt(tree, 'fromlist').map((item) => traceItem(item, scope));
  const rows = others.reduce((left, right) => joined('inner', left, right, []), first);
  const condition = nodeAt(tree, 'quals');
  if (condition === undefined) return rows;
  const kept = scope.trace([condition]);
  const tests = conjuncts(condition);
  prove(tests, scope);
  return {
    ...rows,
    influences: joinInfluences([rows.influences, influencesOf(kept, 'filter')]),
    keys: keysWithout(rows.keys, constantPlaces(tests, scope)),
  };
}

function prove(tests: readonly TreeNode[], scope: Scope): void {
  for (const { entry, at } of provenColumns(tests, scope)) scope.columns.get(entry)?.prove(at);
}

/** From left to right: what is lateral sees what stands before it. */
function traceItem(item: TreeNode, scope: Scope): FromRows {
  if (item.nodeTag === 'JOINEXPR') return traceJoin(item, scope);
  const number = numberAt(item, 'rtindex');
  const entry = scope.entry(number);
  if (entry === undefined) {
    const any = scope.opaque(item.nodeTag);
    return { entries: [], influences: influencesOf([any], 'opaque'), keys: [], isLateral: true };
  }
  const { columns, influences, keys } = traceEntry(entry, scope);
  const first = scope.width;
  scope.columns.set(number, columns);
  scope.firstPlaces.set(number, first);
  scope.width += columns.width;
  return { entries: [number], influences, keys: keys.map((key) => key.map((at) => at + first)), isLateral: isSet(entry, 'lateral') };
}

const joinKinds: readonly (JoinKind | undefined)[] = ['inner', 'left', 'full', 'right'];

function traceJoin(join: TreeNode, scope: Scope): FromRows {
  const [left = oneRow, right = oneRow] = ['larg', 'rarg'].map((side) => {
    const item = nodeAt(join, side);
    return item === undefined ? oneRow : traceItem(item, scope);
  });
  const condition = nodeAt(join, 'quals');
  const compared = [...scope.traceMaybe(condition)];
  const tests = conjuncts(condition);
  const kind = joinKinds[numberAt(join, 'jointype')];
  if (kind === undefined) compared.push(scope.opaque(`JOINEXPR ${numberAt(join, 'jointype')}`));
  const rows = joined(kind ?? 'full', left, right, equatedPlaces(tests, left, right, scope));
  if (kind === 'inner') prove(tests, scope);
  if (kind !== 'inner' && kind !== 'left') makeNullable(left, scope);
  if (kind !== 'inner' && kind !== 'right') makeNullable(right, scope);
  return { ...rows, influences: joinInfluences([rows.influences, influencesOf(compared, 'join')]) };
}

type Pair = readonly [left: number, right: number];

/** Places on both sides that the tests make equal. */
function equatedPlaces(tests: readonly TreeNode[], left: FromRows, right: FromRows, scope: Scope): readonly Pair[] {
  return tests.flatMap((test): readonly Pair[] => {
    const [one, other] = (equatedSides(test) ?? []).map((side) => repeatedColumn(side, scope));
    if (one === undefined || other === undefined) return [];
    const place = ({ entry, at }: typeof one): number => (scope.firstPlaces.get(entry) ?? Number.NaN) + at;
    if (left.entries.includes(one.entry) && right.entries.includes(other.entry)) return [[place(one), place(other)]];
    return left.entries.includes(other.entry) && right.entries.includes(one.entry) ? [[place(other), place(one)]] : [];
  });
}

function joined(kind: JoinKind, left: FromRows, right: FromRows, equated: readonly Pair[]): FromRows {
  const sides = [
    { keys: left.keys, equated: equated.map(([place]) => place) },
    { keys: right.keys, equated: equated.map(([, place]) => place) },
  ] as const;
  return {
    entries: [...left.entries, ...right.entries],
    influences: joinInfluences([left.influences, right.influences]),
    // Places count through the whole scope, so neither side has to be moved. A lateral side has other rows for each row of the
    // left one: as in a left join, its keys alone tell nothing apart.
    keys: joinKeys(right.isLateral && kind === 'inner' ? 'left' : kind, ...sides, 0),
    isLateral: left.isLateral || right.isLateral,
  };
}

function makeNullable({ entries }: FromRows, scope: Scope): void {
  for (const entry of entries) scope.columns.get(entry)?.makeNullable();
}
