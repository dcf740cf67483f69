import { describe, expect, it } from 'vitest';
import type { SourceEdge } from '../adapter/analysis.ts';
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import { graphOf, ids, model, source } from '../graph/graph-fixture.ts';
import type { NodeAnalysis } from './analysis.ts';
import { personalColumns } from './personal.ts';

const noProofs = { notNull: [], unique: [] };
const fold = (name: string): string => name.toLowerCase();
const people = ids.source('raw.people');
const middle = ids.model('middle');
const last = ids.model('last');

const column = (name: string, pii?: CompiledColumn['pii']): CompiledColumn => ({
  name,
  description: '',
  meta: {},
  tags: [],
  ...(pii === undefined ? {} : { pii }),
});

/** Columns that are only said to be there. */
const declared = (...names: readonly string[]): NodeAnalysis => ({
  kind: 'known',
  origin: 'declared',
  columns: names.map((name) => ({ name, type: 'VARCHAR' })),
  proofs: noProofs,
});

type Made = readonly [name: string, type: string, from: string, kind: SourceEdge['kind'], counted?: true];

/** Columns of a query that reads one relation. */
function queried(schema: string, name: string, ...made: readonly Made[]): NodeAnalysis {
  const columns = made.map(([column, type, from, kind, counted]) => ({
    name: column,
    type,
    influences: [],
    sources: [{ input: 0, column: from, kind, ...(counted === undefined ? {} : { counted }) }],
  }));
  const inputs = [{ kind: 'relation', relation: { schema, name }, columns: [] }] as const;
  const query = { columns, inputs, influences: [], proofs: noProofs, misfits: [], opaque: [] };
  return { kind: 'known', origin: 'query', columns, proofs: noProofs, query };
}

/** `raw.people` -> `middle` -> `last`. */
function personal(
  said: Readonly<Partial<Record<'people' | 'middle', readonly CompiledColumn[]>>>,
  found: Readonly<Record<'people' | 'middle' | 'last', NodeAnalysis>>,
): ReturnType<typeof personalColumns> {
  const nodes: readonly GraphNode[] = [
    { ...source('raw', 'people'), columns: said.people ?? [] },
    { ...model({ name: 'middle', needs: [people] }), columns: said.middle ?? [] },
    model({ name: 'last', needs: [middle] }),
  ];
  const known = new Map<NodeId, NodeAnalysis>([
    [people, found.people],
    [middle, found.middle],
    [last, found.last],
  ]);
  return personalColumns({ nodes: known }, graphOf(nodes), fold);
}

describe('personal columns', () => {
  const raw = declared('ssn', 'born', 'email', 'name');
  const marked = [column('ssn', true), column('born', true), column('email', 'email')];

  it('are what aggregates take of personal values, whatever its type; truths and counts are not', () => {
    const aggregates = [
      ['highest', 'BIGINT', 'ssn', 'aggregation'],
      ['total', 'HUGEINT', 'ssn', 'aggregation'],
      ['any_day', 'DATE', 'born', 'aggregation'],
      ['mails', 'JSON', 'email', 'aggregation'],
      ['listed', 'BIGINT[]', 'ssn', 'aggregation'],
      ['part', 'STRUCT(e VARCHAR)', 'email', 'aggregation'],
      ['letters', 'BIGINT', 'email', 'transformation'],
      ['lost', 'BIGINT', 'email', 'opaque'],
    ] as const;
    const others = [
      ['counted', 'BIGINT', 'ssn', 'aggregation', true],
      ['twice', 'BIGINT', 'ssn', 'aggregation', true],
      ['is_known', 'BOOLEAN', 'email', 'transformation'],
      ['any_known', 'boolean', 'email', 'aggregation'],
      ['label', 'VARCHAR', 'name', 'identity'],
    ] as const;
    const { has, behind } = personal(
      { people: marked, middle: [column('total', true)] },
      {
        people: raw,
        middle: queried('raw', 'people', ...aggregates, ...others),
        last: queried('main', 'middle', ['mail', 'JSON', 'mails', 'identity'], ['n', 'BIGINT', 'counted', 'aggregation']),
      },
    );
    expect(aggregates.filter(([name]) => !has({ node: middle, column: name }))).toEqual([]);
    expect(others.filter(([name]) => has({ node: middle, column: name }))).toEqual([]);
    expect([has({ node: last, column: 'mail' }), has({ node: last, column: 'n' })]).toEqual([true, false]);
    expect(behind(middle, new Set([people]))).toEqual([{ node: people, column: 'ssn' }]);
  });

  it('go by the names above where columns are only declared, and by what is made of personal ones there', () => {
    const found = { people: raw, middle: declared('email', 'born', 'name', 'other'), last: declared('EMAIL', 'other') };
    const { has } = personal({ people: marked, middle: [column('other', true), column('born', false)] }, found);
    const ofMiddle = ['email', 'born', 'name', 'other'].filter((name) => has({ node: middle, column: name }));
    expect(ofMiddle).toEqual(['email', 'other']);
    expect([has({ node: last, column: 'EMAIL' }), has({ node: last, column: 'other' })]).toEqual([true, true]);
    const made = {
      people: raw,
      middle: queried('raw', 'people', ['contact', 'VARCHAR', 'email', 'transformation']),
      last: declared('contact'),
    };
    expect(personal({ people: marked }, made).has({ node: last, column: 'contact' })).toBe(true);
    expect(personal({}, made).has({ node: last, column: 'contact' })).toBe(false);
  });

  it('are the same however their names are spelled', () => {
    const made: readonly Made[] = [
      ['es', 'VARCHAR', 'email', 'aggregation'],
      ['known', 'BOOLEAN', 'EMAIL', 'transformation'],
    ];
    const found = {
      people: raw,
      middle: queried('raw', 'people', ...made),
      last: queried('main', 'middle', ['x', 'VARCHAR', 'ES', 'identity']),
    };
    const { has, behind } = personal({ people: [column('Email', true)], middle: [column('Es', true), column('KNOWN', true)] }, found);
    expect(has({ node: middle, column: 'ES' })).toBe(true);
    expect(has({ node: last, column: 'X' })).toBe(true);
    expect(behind(middle, new Set([people]))).toEqual([{ node: people, column: 'email' }]);
    const unmarked = personal({ people: [column('Email', true)] }, found);
    expect([unmarked.has({ node: middle, column: 'Es' }), unmarked.has({ node: middle, column: 'KNOWN' })]).toEqual([true, false]);
  });
});
