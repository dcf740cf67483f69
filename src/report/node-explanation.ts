/** Tells everything about one node: what would be done with it and why, where its config comes from, what is around it. */
import { plain, plainLine } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';
import { padRight, textWidth } from '../diagnostics/text-width.ts';
import type { PlainValue } from '../graph/plain-value.ts';

export interface ConfigEntry {
  readonly key: string;
  readonly value: PlainValue;
  /** `path:line:column` of who set it; undefined for a default. */
  readonly setAt?: string;
}

export interface CheckEntry {
  readonly name: string;
  readonly severity: string;
  /** `path:line:column` of where it is declared. */
  readonly declaredAt: string;
}

/** Serialisable: `--output json` prints it as it is. */
export interface NodeExplanation {
  readonly id: string;
  readonly resourceType: string;
  readonly name: string;
  readonly path: string;
  readonly propertiesPath?: string;
  readonly description: string;
  /** As SQL of the target writes it. */
  readonly relation?: string;
  /** What the next build would do with it, in words, and why; undefined for what no command builds or tests. */
  readonly next?: { readonly action: string; readonly reason: string };
  readonly config: readonly ConfigEntry[];
  readonly parents: readonly string[];
  readonly children: readonly string[];
  readonly tests: readonly CheckEntry[];
  readonly macros: readonly string[];
  /** Compiled SQL: of the first build, and of later ones where that differs. */
  readonly sql?: { readonly full: string; readonly incremental?: string };
}

export function renderExplanation(node: NodeExplanation, { paint }: Style): string {
  const heading = (text: string): string => paint.bold(text);
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', heading(title), ...lines.map((line) => `  ${line}`)];
  const facts: (readonly [string, string])[] = [
    ['file', node.path],
    ...(node.propertiesPath === undefined ? [] : [['described in', node.propertiesPath] as const]),
    ...(node.relation === undefined ? [] : [['relation', node.relation] as const]),
    ...(node.next === undefined ? [] : [['next build', `${node.next.action} (${node.next.reason})`] as const]),
  ];
  const { sql } = node;
  return [
    `${paint.dim(node.resourceType)} ${heading(plainLine(node.name))}`,
    ...(node.description === '' ? [] : [plain(node.description.trimEnd())]),
    '',
    ...alignRows(facts.map(([name, value]) => [paint.dim(name), plainLine(value)])).map((line) => `  ${line}`),
    ...list(
      'config',
      alignRows(node.config.map(({ key, value, setAt }) => [key, plainLine(writeValue(value)), paint.dim(plainLine(setAt ?? 'default'))])),
    ),
    ...list('parents', node.parents.map(plainLine)),
    ...list('children', node.children.map(plainLine)),
    ...list(
      'tests',
      alignRows(node.tests.map(({ name, severity, declaredAt }) => [plainLine(name), severity, paint.dim(plainLine(declaredAt))])),
    ),
    ...list('macros', node.macros.map(plainLine)),
    ...(sql === undefined ? [] : ['', heading(sql.incremental === undefined ? 'sql' : 'sql of a first build'), plain(sql.full.trim())]),
    ...(sql?.incremental === undefined ? [] : ['', heading('sql of a later build'), plain(sql.incremental.trim())]),
  ].join('\n');
}

function writeValue(value: PlainValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Cells of a column start at the same place; the last cell of a row is as long as it is. */
function alignRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((most, row) => Math.max(most, textWidth(row[column] ?? '')), 0));
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : padRight(cell, widths[column] ?? 0))).join('  '));
}
