/** Shows what a unit test found, cell by cell: what differs is marked, with what was expected before what is there. */
import type { Cell } from '../adapter/connection.ts';
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import type { Style } from '../diagnostics/paint.ts';
import { plain } from '../diagnostics/plain.ts';
import { fitText, textWidth } from '../diagnostics/text-width.ts';
import type { DiffRow, UnitDiff } from '../execute/unit-diff.ts';
import { createPaint } from './paint.ts';
import { countOf } from './quantities.ts';
import { marksOf } from './style.ts';

export interface DiffOptions extends Style {
  readonly findSecrets?: FindSecrets | undefined;
}

const widestCell = 60;
const shownRows = 50;

interface ShownCell {
  readonly text: string;
  readonly paint: (text: string) => string;
}

/** A table whose rows begin with `~` where values differ, `-` where a row is missing, `+` where one is too many. */
export function renderUnitDiff(diff: UnitDiff, options: DiffOptions): string {
  const { paint } = options;
  const shown = diff.rows.slice(0, shownRows);
  const rows = shown.map((row) => cellsOf(row, options));
  const names = diff.columns.map((name) => showText(name, options));
  const widths = names.map((name, at) => rows.reduce((most, row) => Math.max(most, textWidth(row[at]?.text ?? '')), textWidth(name)));
  const line = (mark: string, cells: readonly ShownCell[]): string =>
    `${mark} ${cells.map(({ text, paint: colour }, at) => colour(text) + ' '.repeat(Math.max(0, (widths[at] ?? 0) - textWidth(text)))).join('  ')}`.trimEnd();
  const marks = { differing: paint.yellow('~'), missing: paint.red('-'), unexpected: paint.green('+') };
  const lines = [
    line(
      ' ',
      names.map((text) => ({ text, paint: paint.bold })),
    ),
    ...shown.map((row, at) => line(marks[row.kind], rows[at] ?? [])),
  ];
  const left = diff.differing + diff.missing + diff.unexpected - shown.length;
  if (left > 0) lines.push(paint.dim(`${marksOf(options).ellipsis} ${countOf(left, 'more row')}`));
  return [...lines, paint.dim(legend(diff, options))].join('\n');
}

/** The same for logs and files. */
export function plainUnitDiff(diff: UnitDiff): string {
  return renderUnitDiff(diff, { paint: createPaint(false), unicode: true, width: Number.MAX_SAFE_INTEGER });
}

function cellsOf(row: DiffRow, options: DiffOptions): readonly ShownCell[] {
  const { paint, unicode } = options;
  if (row.kind === 'missing') return row.expected.map((cell) => ({ text: showCell(cell, options), paint: paint.red }));
  if (row.kind === 'unexpected') return row.actual.map((cell) => ({ text: showCell(cell, options), paint: paint.green }));
  return row.expected.map((cell, at) => {
    const [expected, actual] = [showCell(cell, options), showCell(row.actual[at] ?? null, options)];
    if (cell === row.actual[at]) return { text: expected, paint: (text: string) => text };
    const arrow = unicode ? ' → ' : ' -> ';
    // The width counts what is seen, so the whole is painted once its length is known.
    return { text: `${expected}${arrow}${actual}`, paint: () => `${paint.red(expected)}${arrow}${paint.green(actual)}` };
  });
}

function legend({ differing, missing, unexpected }: UnitDiff, { unicode }: Style): string {
  const arrow = unicode ? '→' : '->';
  return [
    ...(differing === 0 ? [] : [`~ expected ${arrow} given by the model`]),
    ...(missing === 0 ? [] : ['- expected, and not there']),
    ...(unexpected === 0 ? [] : ['+ there, and not expected']),
  ].join('; ');
}

function showCell(cell: Cell, options: DiffOptions): string {
  if (cell === null) return 'NULL';
  if (typeof cell !== 'string') return String(cell);
  // Text that reads like nothing, like NULL or like another text stands in quotes.
  if (cell === '' || cell === 'NULL' || cell !== cell.trim()) return JSON.stringify(hideSecrets(cell, options.findSecrets));
  return showText(cell, options);
}

function showText(text: string, { findSecrets, unicode }: DiffOptions): string {
  const line = plain(hideSecrets(text, findSecrets))
    .replaceAll('\n', unicode ? '⏎' : '\\n')
    .replaceAll('\t', ' ');
  return fitText(line, widestCell, unicode ? '…' : '...');
}
