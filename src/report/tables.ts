/** Shows rows: as a table for people, as CSV or JSON for programs. */
import type { Cell, ResultSet } from '../adapter/connection.ts';
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { plain } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';
import { fitText, textWidth } from '../diagnostics/text-width.ts';
import { countOf } from './quantities.ts';
import { marksOf } from './style.ts';

export interface TableOptions extends Style {
  /** Rows to show; the table says how many more there are. */
  readonly limit?: number;
  /** Without a line below the names. */
  readonly rule?: boolean;
  /** What must not be shown; values are masked before they are cut. */
  readonly findSecrets?: FindSecrets | undefined;
}

const NARROWEST = 6;
const GAP = 2;
/**
 * Rows as a table without frame, in at most `width` columns: long values are cut, and columns that find no room
 * are counted below. NULL stands bare; a text that is empty or reads `NULL` stands in quotes.
 */
export function renderTable(result: ResultSet, options: TableOptions): string {
  const { paint, width } = options;
  const marks = marksOf(options);
  if (result.columns.length === 0) return paint.dim('no columns');
  const shown = options.limit === undefined ? result.rows : result.rows.slice(0, options.limit);
  const names = result.columns.map((column) => oneLine(column.name, options.unicode));
  const texts = shown.map((row) => row.map((cell) => hideSecrets(showCell(cell, options.unicode), options.findSecrets)));
  const widths = fitColumns(naturalWidths(names, texts), width);
  const numeric = widths.map(
    (_, index) =>
      shown.some((row) => typeof row[index] === 'number') && shown.every((row) => typeof row[index] === 'number' || row[index] === null),
  );
  const cut = (text: string, index: number): string => fitText(text, widths[index] ?? NARROWEST, marks.ellipsis);
  const line = (texts: readonly string[], paintCell: (text: string, index: number) => string): string =>
    widths
      .map((columnWidth, index) => {
        const text = cut(texts[index] ?? '', index);
        const gap = ' '.repeat(Math.max(0, columnWidth - textWidth(text)));
        return numeric[index] === true ? gap + paintCell(text, index) : paintCell(text, index) + gap;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const lines = [line(names, paint.bold)];
  const rules = widths.map((columnWidth) => marks.rule.repeat(columnWidth));
  if (options.rule !== false) lines.push(line(rules, paint.dim));
  for (const [at, row] of shown.entries())
    lines.push(line(texts[at] ?? [], (text, index) => (row[index] === null ? paint.dim(text) : text)));
  const rest: string[] = [];
  if (result.rows.length > shown.length) rest.push(`${countOf(result.rows.length - shown.length, 'more row')}`);
  if (names.length > widths.length)
    rest.push(`${countOf(names.length - widths.length, 'more column')}: ${names.slice(widths.length).join(', ')}`);
  for (const text of rest) lines.push(paint.dim(fitText(`${marks.ellipsis} ${text}`, width, marks.ellipsis)));
  return lines.join('\n');
}

function naturalWidths(names: readonly string[], texts: readonly (readonly string[])[]): readonly number[] {
  return names.map((name, index) => texts.reduce((most, row) => Math.max(most, textWidth(row[index] ?? '')), Math.max(1, textWidth(name))));
}

/** Takes from the widest columns until all fit; drops columns from the right when even narrow ones do not. */
function fitColumns(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, each) => sum + each + GAP, -GAP);
  const least = (): number => widths.reduce((sum, each) => sum + Math.min(each, NARROWEST) + GAP, -GAP);
  while (widths.length > 1 && least() > width) widths.pop();
  for (let over = total() - width; over > 0; over = total() - width) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    // Of equal columns the last gives first: keys stand in front.
    const at = widths.lastIndexOf(widest);
    const next = Math.max(NARROWEST, ...widths.filter((each) => each < widest));
    widths[at] = Math.max(widest - over, Math.min(next, widest - 1), NARROWEST);
  }
  return widths;
}

function showCell(cell: Cell, unicode: boolean): string {
  if (cell === null) return 'NULL';
  if (typeof cell !== 'string') return String(cell);
  if (cell === '' || cell === 'NULL') return `"${cell}"`;
  return oneLine(cell, unicode);
}

/** Text from the database on one line; breaks stay visible. */
function oneLine(text: string, unicode: boolean): string {
  const safe = plain(text);
  return /[\n\t]/.test(safe) ? safe.replaceAll('\n', unicode ? '⏎' : '\\n').replaceAll('\t', ' ') : safe;
}

/** Rows as CSV with a header (RFC 4180, lines end with `\n`). NULL is an empty field, empty text is `""`. */
export function renderCsv(result: ResultSet): string {
  const lines = [result.columns.map((column) => csvField(column.name)).join(',')];
  for (const row of result.rows) lines.push(row.map(csvField).join(','));
  return `${lines.join('\n')}\n`;
}

function csvField(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rows as a JSON array of objects, one row a line. A column name that comes twice gets a number: `id`, `id_2`. The columns of
 * `json` hold the text of JSON, which stands there as it is.
 */
export function renderJsonRows(result: ResultSet, json: readonly boolean[] = []): string {
  const keys = uniqueNames(result.columns.map((column) => column.name)).map((name) => JSON.stringify(name));
  if (result.rows.length === 0) return '[]\n';
  const rows = result.rows.map(
    (row) =>
      `  {${keys.map((key, index) => `${key}: ${json[index] === true ? jsonOf(row[index]) : JSON.stringify(row[index] ?? null)}`).join(', ')}}`,
  );
  return `[\n${rows.join(',\n')}\n]\n`;
}

/** What an engine calls JSON and others do not, such as a bare NaN, stays text. */
function jsonOf(cell: Cell | undefined): string {
  if (typeof cell !== 'string') return JSON.stringify(cell ?? null);
  try {
    JSON.parse(cell);
    return cell.replaceAll(/\s*\n\s*/g, ' ');
  } catch {
    return JSON.stringify(cell);
  }
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 2; taken.has(unique); number += 1) unique = `${name}_${number}`;
    taken.add(unique);
    return unique;
  });
}
