/** Draws what a comparison of relations found. */
import type { ResultSet } from '../adapter/connection.ts';
import type { NodeId } from '../compile/compiled.ts';
import { differs } from '../compare/comparison.ts';
import type { KeyProblem, RelationComparison, RowDifference, RowKey, SchemaDifference, Sides } from '../compare/comparison.ts';
import { plain } from '../diagnostics/plain.ts';
import { countOf, formatCount } from './quantities.ts';
import { renderTable } from './tables.ts';
import type { TableOptions } from './tables.ts';

/** One node, and what was found of it. */
export interface ComparedNode {
  readonly id: NodeId;
  readonly name: string;
  /** Both relations as SQL of the engine; of the other side none where nothing says what it would be. */
  readonly relations: { readonly here: string; readonly there: string | undefined };
  readonly found: RelationComparison;
}

/** A part of all, in per cent, and all of it only where nothing is missing. */
export function percentOf(part: number, all: number): number {
  if (part === all) return 100;
  return Math.min(99.99, Math.round((part / all) * 10_000) / 100);
}

/** A line for each node that is the same, a block for each that differs. */
export function renderDiff(nodes: readonly ComparedNode[], options: TableOptions): string {
  const { paint } = options;
  const blocks = nodes.map((node) => {
    const { found } = node;
    if (found.kind === 'failed')
      return `${paint.red(options.unicode ? '✖' : 'x')} ${paint.bold(plain(node.name))}  not compared: ${plain(found.message)}`;
    if (!differs(found)) return `${paint.green('=')} ${paint.bold(plain(node.name))}  ${paint.dim(sameText(found))}`;
    const lines = found.kind === 'absent' ? [absentText(node)] : comparedLines(found.schema, found.rows, options);
    return [`${paint.red(options.unicode ? '≠' : '!')} ${paint.bold(plain(node.name))}`, ...lines, ''].join('\n');
  });
  const count = nodes.filter(({ found }) => differs(found)).length;
  const verdict =
    count === 0
      ? `${countOf(nodes.length, 'node')}, no difference`
      : `${formatCount(count)} of ${countOf(nodes.length, 'node')} ${count === 1 ? 'differs' : 'differ'}`;
  const failed = nodes.filter(({ found }) => found.kind === 'failed').length;
  return [...blocks, failed === 0 ? verdict : `${verdict}, ${formatCount(failed)} not compared`].join('\n');
}

function sameText(found: Exclude<RelationComparison, { kind: 'failed' }>): string {
  if (found.kind === 'absent') return 'on neither side';
  const { rows } = found;
  const by = rows.kind === 'keyed' ? keyText(rows.key) : bareText(rows.problem);
  return `${countOf(rows.counts.here, 'row')}, ${by}`;
}

function keyText({ columns, from }: RowKey): string {
  return `by ${columns.map(plain).join(', ')} (${from})`;
}

function bareText(problem: KeyProblem | undefined): string {
  return problem === undefined
    ? 'whole rows, without a key'
    : `whole rows, as ${problem.key.columns.map(plain).join(', ')} (${problem.key.from}) is not unique`;
}

function absentText({ relations, found }: ComparedNode): string {
  const isHere = found.kind === 'absent' && found.here;
  if (relations.there === undefined) return '  only here: the other side does not know it';
  return isHere ? `  only here: ${plain(relations.there)} does not exist` : `  only there: ${plain(relations.here)} does not exist`;
}

const label = (name: string): string => `  ${name.padEnd(9)} `;

function comparedLines(schema: SchemaDifference, rows: RowDifference, options: TableOptions): readonly string[] {
  const { here, there } = rows.counts;
  const more = here - there;
  const change = more === 0 ? '' : ` (${more > 0 ? '+' : '-'}${formatCount(Math.abs(more))})`;
  return [
    ...schemaLines(schema),
    `${label('rows')}${formatCount(here)} here, ${formatCount(there)} there${change}`,
    `${label('compared')}${rows.kind === 'keyed' ? keyText(rows.key) : bareText(rows.problem)}`,
    ...(rows.kind === 'keyed' ? keyedLines(rows, options) : bagLines(rows, options)),
    ...sampleLines('only here', rows.samples.here, rows.without.here, options),
    ...sampleLines('only there', rows.samples.there, rows.without.there, options),
  ];
}

function schemaLines({ onlyHere, onlyThere, retyped }: SchemaDifference): readonly string[] {
  const typed = (columns: readonly { readonly name: string; readonly type: string }[]): string =>
    columns.map(({ name, type }) => `${plain(name)} ${plain(type)}`).join(', ');
  return [
    ...(onlyHere.length === 0 ? [] : [`${label('columns')}only here: ${typed(onlyHere)}`]),
    ...(onlyThere.length === 0 ? [] : [`${label('columns')}only there: ${typed(onlyThere)}`]),
    ...retyped.map(({ name, types }) => `${label('types')}${plain(name)}: ${plain(types.here)} here, ${plain(types.there)} there`),
  ];
}

type Keyed = Extract<RowDifference, { kind: 'keyed' }>;

function keyedLines({ paired, changed, without, nullKeys, columns, changedCells }: Keyed, options: TableOptions): readonly string[] {
  const numbers = [`${formatCount(paired - changed)} the same`, `${formatCount(changed)} changed`, ...withoutTexts(without)];
  const nulls = nullKeys.here + nullKeys.there;
  const differing = columns.filter((column) => column.differing > 0).toSorted((a, b) => b.differing - a.differing);
  const matches: ResultSet = {
    columns: ['column', 'match %', 'differ'].map((name) => ({ name, type: '' })),
    rows: differing.map((column) => [column.name, percentOf(paired - column.differing, paired), column.differing]),
  };
  return [
    `${label('found')}${numbers.join(', ')}`,
    ...(nulls === 0 ? [] : [`${label('')}NULL in the key: ${formatCount(nullKeys.here)} here, ${formatCount(nullKeys.there)} there`]),
    ...(differing.length === 0 ? [] : tableLines(matches, options)),
    ...sampleLines('changed', changedCells, changed, options),
  ];
}

function withoutTexts({ here, there }: Sides<number>): readonly string[] {
  return [`${formatCount(here)} only here`, `${formatCount(there)} only there`];
}

function bagLines({ problem, without }: Extract<RowDifference, { kind: 'bare' }>, options: TableOptions): readonly string[] {
  return [
    `${label('found')}${withoutTexts(without).join(', ')}`,
    ...(problem === undefined
      ? []
      : [
          ...sampleLines('keys of several rows here', problem.samples.here, problem.duplicates.here, options),
          ...sampleLines('keys of several rows there', problem.samples.there, problem.duplicates.there, options),
        ]),
  ];
}

function sampleLines(title: string, rows: ResultSet | undefined, count: number, options: TableOptions): readonly string[] {
  if (rows === undefined || rows.rows.length === 0) return [];
  return [
    `  ${title}${title === 'changed' ? ` (of ${countOf(count, 'row')})` : rows.rows.length < count ? ` (${rows.rows.length} of ${formatCount(count)})` : ''}`,
    ...tableLines(rows, options),
  ];
}

function tableLines(rows: ResultSet, options: TableOptions): readonly string[] {
  return renderTable(rows, { ...options, width: Math.max(20, options.width - 4), rule: false })
    .split('\n')
    .map((line) => `    ${line}`);
}
