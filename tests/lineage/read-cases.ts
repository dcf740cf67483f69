/** Reads the cases of this folder: a query and what is expected of it, in a notation for people. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoundQuery, EdgeKind } from '../../src/adapter/analysis.ts';

/** What is known of a query, with everything that has no order sorted. */
export interface Expectation {
  readonly columns: readonly { readonly name: string; readonly sources: readonly string[]; readonly influences: readonly string[] }[];
  readonly rows: readonly string[];
  readonly notNull: readonly string[];
  readonly unique: readonly string[];
}

export interface LineageCase {
  readonly name: string;
  readonly sql: string;
  /** The rows themselves depend on more than the content: on its order, or on chance. */
  readonly unstable: boolean;
  readonly expected: Expectation;
}

const signs: Readonly<Record<EdgeKind, string>> = { identity: '=', transformation: '~', aggregation: '+', opaque: '?' };

/**
 * A file holds cases separated by empty lines: `case: <name>`, lines of SQL, then lines of expectations:
 *
 * - `> column = relation.column ~ relation.column / filter relation.column, …`: an output column with its sources
 *   (`=` as they are, `~` transformed, `+` aggregated) and, behind the slash, what else decides about it;
 * - `> rows filter relation.column, …`: what decides about all rows;
 * - `> not null column, …` and, for each smallest set of columns that is unique, `> unique column, …`.
 */
export function readCases(folder: string): readonly LineageCase[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split(/\n{2,}/)
        .filter((block) => block.startsWith('case: ')),
    )
    .map(readCase);
}

function readCase(block: string): LineageCase {
  const [title = '', ...lines] = block.trimEnd().split('\n');
  const [, name = '', flag] = /^case: (.*?)(?: \[(unstable)\])?$/.exec(title) ?? [];
  const expectations = lines.filter((line) => line.startsWith('> ')).map((line) => line.slice(2));
  const words = (start: string): readonly string[] =>
    expectations.filter((line) => line === start || line.startsWith(`${start} `)).map((line) => line.slice(start.length).trim());
  return {
    name,
    sql: lines.filter((line) => !line.startsWith('>')).join('\n'),
    unstable: flag !== undefined,
    expected: {
      columns: expectations.filter((line) => !/^(?:rows|not null|unique)(?: |$)/.test(line)).map(readColumn),
      rows: words('rows').flatMap(listOf).toSorted(),
      notNull: words('not null').flatMap(listOf).toSorted(),
      unique: words('unique')
        .map((line) => listOf(line).toSorted().join(', '))
        .toSorted(),
    },
  };
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(', ');
}

const COLUMN = /^("(?:[^"\\]|\\.)*"|\S+)((?: [=~+?] (?:"(?:[^"\\]|\\.)*"|[^\s"])+)*)(?: \/ (.*))?$/u;

function readColumn(line: string): Expectation['columns'][number] {
  const match = COLUMN.exec(line);
  if (match === null) throw new Error(`cannot read: ${line}`);
  const [, name = '', sources = '', influences = ''] = match;
  return {
    name,
    sources: (sources.match(/[=~+?] (?:"(?:[^"\\]|\\.)*"|[^\s"])+/gu) ?? []).toSorted(),
    influences: listOf(influences).toSorted(),
  };
}

/** A name as the cases write it. */
export function shownName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

/** What a binder says, in the form of an expectation. */
export function expectationOf({ columns, inputs, influences, proofs }: BoundQuery): Expectation {
  const source = ({ input, column }: { readonly input: number; readonly column: string }): string => {
    const from = inputs[input];
    const name = from?.kind === 'relation' ? from.relation.name : `${from?.name}()`;
    return `${name}.${shownName(column)}`;
  };
  return {
    columns: columns.map((column) => ({
      name: shownName(column.name),
      sources: column.sources.map((edge) => `${signs[edge.kind]} ${source(edge)}`).toSorted(),
      influences: column.influences.map((influence) => `${influence.kind} ${source(influence)}`).toSorted(),
    })),
    rows: influences.map((influence) => `${influence.kind} ${source(influence)}`).toSorted(),
    notNull: proofs.notNull.map(shownName).toSorted(),
    unique: proofs.unique.map((key) => key.map(shownName).toSorted().join(', ')).toSorted(),
  };
}
