import { describe, expect, it } from 'vitest';
import {
  isCounted,
  kindOfEdge,
  makeLineage,
  mergeLineages,
  noLineage,
  sourceLineage,
  sourceOfEdge,
  withNotNull,
} from './column-lineage.ts';
import type { ColumnLineage } from './column-lineage.ts';
import { flattenInfluences, influenceId, influenceOf, joinInfluences, noInfluences } from './influences.ts';
import type { Influences } from './influences.ts';
import { createInputTable } from './input-table.ts';
import { joinKeys, keysWithout, projectKeys, smallestKeys } from './row-keys.ts';

const inputs = createInputTable();
const input = inputs.relation({ schema: 's', name: 't' });
const source = (column: string): ReturnType<typeof inputs.column> => inputs.column(input, column);
const column = (name: string): ColumnLineage => sourceLineage(source(name), true);
const words = ({ edges }: ColumnLineage): readonly string[] =>
  edges.map((edge) => `${kindOfEdge(edge)} ${inputs.source(sourceOfEdge(edge)).column}`);

describe('columns', () => {
  it('keep the stronger of two ways, one after the other and beside each other', () => {
    const sum = makeLineage([column('a')], 'aggregation');
    expect(words(makeLineage([sum, column('b')], 'transformation'))).toEqual(['aggregation a', 'transformation b']);
    expect(words(mergeLineages([column('a'), sum, column('b')]))).toEqual(['aggregation a', 'identity b']);
    expect(words(mergeLineages([sum, column('a')]))).toEqual(['aggregation a']);
  });
  it('of which only a number is told are so until their values come another way', () => {
    const count = makeLineage([column('a'), column('b')], 'aggregation', { counts: true });
    const counted = ({ edges }: ColumnLineage): readonly boolean[] => edges.map(isCounted);
    expect(words(count)).toEqual(['aggregation a', 'aggregation b']);
    expect(counted(makeLineage([makeLineage([count], 'aggregation')], 'transformation'))).toEqual([true, true]);
    for (const both of [
      [count, column('a')],
      [column('a'), count],
    ] as const) {
      const found = mergeLineages(both);
      expect(words(found)).toEqual(['aggregation a', 'aggregation b']);
      expect(counted(found)).toEqual([false, true]);
    }
  });
  it('are never NULL in a union only if they are on every side', () => {
    expect(mergeLineages([column('a'), column('b')]).notNull).toBe(true);
    expect(mergeLineages([column('a'), withNotNull(column('b'), false)]).notNull).toBe(false);
    expect(mergeLineages([]).notNull).toBe(false);
  });
  it('that repeat one outer column stay that column', () => {
    const outer = column('a');
    const repeated = [
      { ...outer, outer },
      { ...outer, outer, notNull: false },
    ];
    expect(mergeLineages(repeated)).toMatchObject({ outer, notNull: false });
    expect(mergeLineages([...repeated, column('b')]).outer).toBe(undefined);
  });
});

describe('influences', () => {
  const filter = influenceId(source('a'), 'filter');
  const opaque = influenceId(source('z'), 'opaque');
  it('are numbers that know their source and kind', () => {
    expect(influenceOf(filter)).toEqual({ source: source('a'), kind: 'filter' });
    expect(influenceOf(opaque)).toEqual({ source: source('z'), kind: 'opaque' });
  });
  it('are shared: nothing is made of nothing, and one part is itself', () => {
    const one: Influences = { own: [filter], parts: [] };
    expect(joinInfluences([noInfluences, noInfluences])).toBe(noInfluences);
    expect(joinInfluences([one, noInfluences, one])).toBe(one);
  });
  it('are flattened without recursion, each once', () => {
    let deep: Influences = { own: [filter], parts: [] };
    for (let level = 0; level < 100_000; level += 1) deep = { own: [filter], parts: [deep, deep] };
    expect([...flattenInfluences({ own: [opaque], parts: [deep] })]).toEqual([opaque, filter]);
    expect(flattenInfluences(noLineage.influences).size).toBe(0);
  });
});

describe('keys', () => {
  it('are the smallest: no doubles, no supersets, at most eight', () => {
    expect(smallestKeys([[2, 1, 2], [3], [1, 2], [4, 3]])).toEqual([[3], [1, 2]]);
    expect(smallestKeys([[1], []])).toEqual([[]]);
    expect(smallestKeys(Array.from({ length: 20 }, (_, at) => [at]))).toHaveLength(8);
  });
  it('are lost with a column, and move with it', () => {
    expect(projectKeys([[0, 2], [1]], [undefined, 2, 0])).toEqual([[1, 2]]);
  });
  it('need no column that is constant', () => {
    expect(keysWithout([[0, 1], [2]], [1])).toEqual([[0], [2]]);
    expect(keysWithout([[0]], [0])).toEqual([[]]);
  });
  it('survive a join when the other side is found at most once', () => {
    const left = { keys: [[0]], equated: [1] };
    const unique = { keys: [[0]], equated: [0] };
    const many = { keys: [[1]], equated: [0] };
    expect(joinKeys('inner', left, unique, 2)).toEqual([[0]]);
    expect(joinKeys('left', left, unique, 2)).toEqual([[0]]);
    expect(joinKeys('right', left, unique, 2)).toEqual([[0, 2]]);
    expect(joinKeys('inner', left, many, 2)).toEqual([[0, 3]]);
    expect(joinKeys('full', left, unique, 2)).toEqual([]);
    expect(joinKeys('left', { keys: [[0]], equated: [0] }, many, 2)).toEqual([[0, 3]]);
    expect(joinKeys('inner', { keys: [[0]], equated: [0] }, many, 2)).toEqual([[3]]);
  });
  it('of a single row are those of the other side', () => {
    expect(joinKeys('inner', { keys: [[0]], equated: [] }, { keys: [[]], equated: [] }, 1)).toEqual([[0]]);
  });
});
