import { describe, expect, it } from 'vitest';
import { readQueries, readTree } from './read-tree.ts';

describe('the text of a query tree', () => {
  it('is nodes with fields, lists and words', () => {
    expect(readTree('({QUERY :limitOption 1 :hasAggs true :cteList <> :rtable ({RTE :relid 16386} <> {RTE}) :none ()})')).toEqual([
      {
        nodeTag: 'QUERY',
        limitOption: '1',
        hasAggs: 'true',
        rtable: [{ nodeTag: 'RTE', relid: '16386' }, null, { nodeTag: 'RTE' }],
        none: [],
      },
    ]);
  });
  it('nodes that version 14 calls otherwise have the names of later ones', () => {
    expect(readTree('({COALESCE :args ({CASE :args ({WHEN})} {MINMAX})} {ROW} {ROWCOMPARE} {ARRAY} {COLLATE})')).toEqual([
      { nodeTag: 'COALESCEEXPR', args: [{ nodeTag: 'CASEEXPR', args: [{ nodeTag: 'CASEWHEN' }] }, { nodeTag: 'MINMAXEXPR' }] },
      ...['ROWEXPR', 'ROWCOMPAREEXPR', 'ARRAYEXPR', 'COLLATEEXPR'].map((nodeTag) => ({ nodeTag })),
    ]);
  });
  it('names keep what the server escapes: blanks, brackets, quotes, backslashes, words that look like others', () => {
    const text = String.raw`{A :x a\ b\(\)\{\}\\ :y \<> :z :colon :list ("a\ \"b" "<>" "größe" "\}" "" ") :w ""}`;
    expect(readTree(text)).toEqual({
      nodeTag: 'A',
      x: String.raw`a b(){}` + '\\',
      y: '<>',
      z: ':colon',
      list: ['a "b', '<>', 'größe', '}', '', '"'],
      w: '',
    });
  });
  it('constants bring their bytes, and what nobody reads is left out whole', () => {
    const text = String.raw`{CONST :other 23 :constvalue 4 [ 1 0 0 -1 ] :location {X :y (b 3)} :alias {ALIAS :aliasname a\}b :colnames ("x")} :constisnull false :number 0 :more 01 :word falsehood}`;
    expect(readTree(text)).toEqual({
      nodeTag: 'CONST',
      other: '23',
      constvalue: '4',
      bytes: '1 0 0 -1',
      more: '01',
      word: 'falsehood',
    });
  });
  it('what is nothing, false or 0 is absent', () => {
    expect(readTree('{A :a <> :b false :c 0 :d 0}')).toEqual({ nodeTag: 'A' });
  });
  it('may be as deep as it likes', () => {
    const depth = 200_000;
    let node = readTree(`${'{N :a '.repeat(depth)}<>${'}'.repeat(depth)}`);
    let levels = 0;
    while (typeof node === 'object' && node !== null && 'nodeTag' in node) {
      node = node['a'];
      levels += 1;
    }
    expect(levels).toBe(depth);
  });
  it.each(['', '   ', '<>', 'word', '{', '({QUERY :a', ')', '{A :b 1 c 2}', '(1 2))', '{A :b [ 1'])(
    'that is none, such as %j, is read without harm',
    (text) => {
      expect(readQueries(text).length).toBeLessThan(2);
    },
  );
});
