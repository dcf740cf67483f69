import { describe, expect, it } from 'vitest';
import type { BoundQuery } from '../../../adapter/analysis.ts';
import { describeQueryTree } from './describe-query-tree.ts';
import { readQueries } from './read-tree.ts';
import type { ServerNames } from './server-names.ts';

const names: ServerNames = {
  relation: (oid) =>
    oid === 7
      ? { relation: { schema: 's', name: 't' }, columns: ['a', 'b', undefined], notNull: new Set(['a']), unique: [['a'], ['gone']] }
      : undefined,
  function: () => undefined,
};

const scan = '{RANGETBLENTRY :eref {ALIAS :aliasname t :colnames ("a" "b")} :rtekind 0 :relid 7}';
const column = (number: number, levels = 0): string => `{VAR :varno 1 :varattno ${number} :vartype 23 :varlevelsup ${levels}}`;
const entry = (expression: string, number = 1): string =>
  `{TARGETENTRY :expr ${expression} :resno ${number} :ressortgroupref ${number} :resjunk false}`;
const from = '{FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>}';

/** A query of a server that does not exist yet. */
function query({ rtable = scan, jointree = from, list = entry(column(1)), more = '' }): string {
  return `{QUERY :rtable (${rtable}) :jointree ${jointree} :targetList (${list}) ${more}}`;
}

function bound(text: string, width = 1): BoundQuery {
  const [tree] = readQueries(`(${text})`);
  if (tree === undefined) throw new Error('no tree');
  return describeQueryTree(
    tree,
    Array.from({ length: width }, (_, at) => ({ name: `c${at}`, type: 'integer' })),
    names,
  );
}

const edges = ({ columns, influences }: BoundQuery): unknown => ({
  sources: columns[0]?.sources.map(({ kind, column: name }) => `${kind} ${name}`),
  rows: influences.map(({ kind, column: name }) => `${kind} ${name}`),
});

const everything = { sources: ['opaque a', 'opaque b'], rows: [] };

describe('what the walk does not know', () => {
  it('is nothing in a query that it knows', () => {
    const found = bound(query({}));
    expect(found.opaque).toEqual([]);
    expect(edges(found)).toEqual({ sources: ['identity a'], rows: [] });
    expect(found.proofs).toEqual({ notNull: ['c0'], unique: [['c0']] });
  });
  it.each([
    ['an expression', `{ORACLE :args (${column(1)} {DEEPER :inner ${column(2)}})}`],
    ['an expression that says nothing', '{ORACLE :number 3}'],
    ['a parameter from nowhere', '{PARAM :paramkind 1 :paramid 1}'],
    ['a column that is not there', column(9)],
    ['a column of a query that is not there', column(1, 4)],
    ['a kind of subquery', `{SUBLINK :subLinkType 77 :subselect ${query({})}}`],
    ['an aggregate of a query that is not there', '{AGGREF :aggfnoid 2108 :agglevelsup 3}'],
  ])('%s makes everything that it could refer to, in its column alone', (_, expression) => {
    const found = bound(query({ list: entry(expression) + entry(column(1), 2) }), 2);
    expect(edges(found)).toEqual(everything);
    expect(found.columns[1]?.sources).toEqual([{ input: 0, column: 'a', kind: 'identity' }]);
    expect(found.opaque.length).toBeGreaterThan(0);
    expect(found.proofs.notNull).toEqual(['c1']);
  });
  it('a subquery in an unknown expression is followed all the same', () => {
    const inner = query({ jointree: `{FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals ${column(2)}}`, list: entry(column(1)) });
    expect(
      edges(bound(query({ rtable: '', jointree: '{FROMEXPR :fromlist <> :quals <>}', list: entry(`{ORACLE :ask ${inner}}`) }))),
    ).toEqual({
      sources: ['opaque a'],
      rows: [],
    });
  });
  it('an unknown entry of FROM decides about all rows and is in all of its columns', () => {
    const strange = `{RANGETBLENTRY :eref {ALIAS :aliasname x :colnames ("p" "q")} :rtekind 42 :made_of (${column(2)})}`;
    const found = bound(
      query({
        rtable: `${scan} ${strange}`,
        jointree: '{FROMEXPR :fromlist ({RANGETBLREF :rtindex 1} {RANGETBLREF :rtindex 2}) :quals <>}',
        list: entry('{VAR :varno 2 :varattno 1 :varlevelsup 0}'),
      }),
    );
    expect(edges(found)).toEqual({ sources: ['opaque b', 'opaque a'], rows: ['opaque b', 'opaque a'] });
    expect(found.opaque).toContainEqual({ kind: 'operator', name: 'RTE 42' });
    expect(found.proofs.unique).toEqual([]);
  });
  it('a relation that nobody knows is no relation', () => {
    const found = bound(query({ rtable: scan.replace('relid 7', 'relid 8') }));
    expect(found.inputs).toEqual([]);
    expect(found.opaque).toContainEqual({ kind: 'operator', name: 'RTE 0' });
  });
  it('an unknown join proves nothing, and everything decides about its rows', () => {
    const join = '{JOINEXPR :jointype 9 :larg {RANGETBLREF :rtindex 1} :rarg {RANGETBLREF :rtindex 2} :quals <> :rtindex 3}';
    const found = bound(query({ rtable: `${scan} ${scan}`, jointree: `{FROMEXPR :fromlist (${join}) :quals <>}` }));
    expect(edges(found)).toEqual({ sources: ['identity a'], rows: ['opaque a', 'opaque b'] });
    expect(found.proofs).toEqual({ notNull: [], unique: [] });
  });
  it('an unknown set operation takes from all sides', () => {
    const side = `{RANGETBLENTRY :eref {ALIAS :aliasname x :colnames ("a")} :rtekind 1 :subquery ${query({})}}`;
    const found = bound(
      query({
        rtable: `${side} ${side.replace('varattno 1', 'varattno 2')}`,
        jointree: '{FROMEXPR :fromlist <> :quals <>}',
        more: ':setOperations {SETOPERATIONSTMT :op 8 :all true :larg {RANGETBLREF :rtindex 1} :rarg {RANGETBLREF :rtindex 2} :colTypes (o 23)}',
      }),
    );
    expect(edges(found)).toEqual({ sources: ['identity a', 'identity b'], rows: ['opaque a', 'opaque b'] });
    expect(found.opaque).toEqual([{ kind: 'expression', name: 'SETOPERATIONSTMT 8' }]);
  });
  it('a WITH clause that is not there', () => {
    const found = bound(
      query({ rtable: '{RANGETBLENTRY :eref {ALIAS :aliasname q :colnames ("a")} :rtekind 6 :ctename q :ctelevelsup 0}' }),
    );
    expect(found.opaque).toContainEqual({ kind: 'operator', name: 'RTE 6' });
  });
});

describe('large queries', () => {
  it('chains of thousands of operators and unions', () => {
    const many = 5000;
    const sum = `${'{OPEXPR :opfuncid 177 :opresulttype 23 :args ('.repeat(many)}${column(1)}${` ${column(2)})}`.repeat(many)}`;
    expect(edges(bound(query({ list: entry(sum) })))).toEqual({ sources: ['transformation a', 'transformation b'], rows: [] });
    const side = `{RANGETBLENTRY :eref {ALIAS :aliasname x :colnames ("a")} :rtekind 1 :subquery ${query({})}}`;
    const united = `${'{SETOPERATIONSTMT :op 1 :all true :larg '.repeat(many)}{RANGETBLREF :rtindex 1}${' :rarg {RANGETBLREF :rtindex 2} :colTypes (o 23)}'.repeat(many)}`;
    const found = bound(
      query({ rtable: `${side} ${side}`, jointree: '{FROMEXPR :fromlist <> :quals <>}', more: `:setOperations ${united}` }),
    );
    expect(edges(found)).toEqual({ sources: ['identity a'], rows: [] });
    expect(found.proofs.notNull).toEqual(['c0']);
  });
});
