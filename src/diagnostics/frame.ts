/** Draws a diagnostic under the user's own source text: what, where, why, and the way out. */
import type { Diagnostic, Excerpt } from './diagnostic.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { FindSecrets } from './hide-secrets.ts';
import type { Style } from './paint.ts';
import { plain, plainLine } from './plain.ts';
import { drawLines } from './source-lines.ts';
import type { LineStyle, MarkedLines } from './source-lines.ts';
import { lineStarts, positionAt } from './span.ts';
import type { SourceFile, Span } from './span.ts';
import { textWidth, wrapText } from './text-width.ts';

export interface FrameOptions extends Style {
  /** The text of a project file, when it is at hand. */
  readonly sources: (path: string) => SourceFile | undefined;
  /** What must not be shown. Text is masked before it is cut to width, so that no half of a secret is left. */
  readonly findSecrets?: FindSecrets | undefined;
  /** The first word, where `error` and `warning` do not say it: `fail` for a test. */
  readonly label?: string | undefined;
}

const INDENT = '  ';
const WORD_WIDTH = 6;

/**
 * A diagnostic as several lines, without a line break at the end:
 * header, source lines with carets, the compiled text where that differs, help and notes.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: FrameOptions): string {
  const { paint } = options;
  const mark = diagnostic.severity === 'error' ? paint.red : paint.yellow;
  const style: LineStyle = { ...options, mark };
  const message = clean(diagnostic.message, options);
  const place = diagnostic.span === undefined ? undefined : locate(diagnostic.span, options);
  const where = place?.text ?? (diagnostic.node === undefined ? '' : plainLine(diagnostic.node));
  const label = options.label ?? diagnostic.severity;
  const header = `${paint.bold(mark(label))} ${paint.bold(diagnostic.code)}${where === '' ? '' : `  ${paint.cyan(where)}`}`;
  const drawn = place?.marked === undefined ? undefined : drawLines(place.marked, style, message);
  const lines = [header];
  if (drawn?.labelled !== true) lines.push(...wrapText(message, options.width - INDENT.length).map((line) => INDENT + line));
  if (drawn !== undefined) lines.push(...drawn.lines);
  if (diagnostic.excerpt !== undefined) lines.push(...renderExcerpt(diagnostic.excerpt, style, options));
  if (diagnostic.help !== undefined) lines.push(...remark('help', paint.cyan, clean(diagnostic.help, options), options));
  for (const note of diagnostic.notes) {
    const at = note.span === undefined ? undefined : locate(note.span, options);
    lines.push(...remark('note', paint.dim, clean(note.message, options) + (at === undefined ? '' : `  ${at.text}`), options));
    if (at?.marked !== undefined) lines.push(...drawLines(at.marked, { ...style, mark: paint.cyan }).lines);
  }
  return lines.join('\n');
}

/** A diagnostic on one line, place first, as editors and log readers like it: `models/a.sql:9:3: error unknown-column: …`. */
export function renderDiagnosticLine(diagnostic: Diagnostic, options: FrameOptions): string {
  const { paint } = options;
  const mark = diagnostic.severity === 'error' ? paint.red : paint.yellow;
  const where = diagnostic.span === undefined ? diagnostic.node : locate(diagnostic.span, options).text;
  const head = where === undefined ? '' : `${paint.cyan(plainLine(where))}: `;
  const message = plainLine(clean(diagnostic.message, options));
  const help = diagnostic.help === undefined ? '' : paint.dim(` (${plainLine(clean(diagnostic.help, options))})`);
  return `${head}${mark(options.label ?? diagnostic.severity)} ${diagnostic.code}: ${message}${help}`;
}

/** `path:line:column` of a span; the path alone for a span that stands for the whole file, or whose text is not at hand. */
export function describePlace(span: Span, sources: FrameOptions['sources']): string {
  const file = sources(span.path);
  if (file === undefined || isWholeFile(span)) return plainLine(span.path);
  const { line, column } = positionAt(file.text, span.start);
  return `${plainLine(span.path)}:${line}:${column}`;
}

/** An empty span at the start is how a diagnostic names a file without a place in it. */
function isWholeFile(span: Span): boolean {
  return span.start === 0 && span.end === 0;
}

function locate(span: Span, options: FrameOptions): { text: string; marked?: MarkedLines } {
  const file = options.sources(span.path);
  if (file === undefined || isWholeFile(span)) return { text: plainLine(span.path) };
  const { text } = file;
  const starts = lineStarts(text);
  const from = positionAt(text, span.start, starts);
  // The line break after the last marked character belongs to that character's line.
  const to = span.end <= span.start ? from : after(positionAt(text, Math.min(span.end, text.length) - 1, starts));
  const line = (number: number): string | undefined => {
    const start = starts[number - 1];
    return start === undefined ? undefined : text.slice(start, starts[number] ?? text.length).replace(/[\r\n]+$/, '');
  };
  return { text: `${plainLine(span.path)}:${from.line}:${from.column}`, marked: { line, from, to } };
}

function after(position: { line: number; column: number }): { line: number; column: number } {
  return { line: position.line, column: position.column + 1 };
}

function renderExcerpt(excerpt: Excerpt, style: LineStyle, options: FrameOptions): readonly string[] {
  const marked: MarkedLines = {
    line: (number) => excerpt.lines[number - excerpt.firstLine],
    from: { line: excerpt.line, column: excerpt.column },
    to: { line: excerpt.line, column: excerpt.column + excerpt.length },
  };
  const place = excerpt.path === undefined ? 'compiled to' : `compiled to  ${plainLine(excerpt.path)}:${excerpt.line}:${excerpt.column}`;
  return [...remark('note', style.paint.dim, place, options), ...drawLines(marked, style).lines];
}

/** A remark with its word in front; further lines stand under the first. */
function remark(word: string, paint: (text: string) => string, text: string, options: Style): readonly string[] {
  const margin = INDENT.length + WORD_WIDTH;
  return wrapText(text, Math.max(20, options.width - margin)).map((line, index) =>
    index === 0 ? `${INDENT}${paint(word)}${' '.repeat(WORD_WIDTH - textWidth(word))}${line}` : ' '.repeat(margin) + line,
  );
}

/** Text from outside: without control characters, without secrets. */
function clean(text: string, options: FrameOptions): string {
  return hideSecrets(plain(text).trim(), options.findSecrets);
}
