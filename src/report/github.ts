/** Tells GitHub Actions what failed: annotations on the lines of the project, and a summary of the step. No row values. */
import { plain } from '../diagnostics/plain.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { NodeResult, RunResult } from '../execute/events.ts';

/** GitHub shows this many annotations of each level for a step, and drops the others without a word. */
const annotationLimit = 10;
/** A summary that is longer is not shown at all; this leaves room for those of other steps' programs. */
const summaryLimit = 900 * 1024;
/** More rows than this nobody reads on a page. */
const rowLimit = 500;

export interface AnnotationPlace {
  /** Folder of the project from the root of the repository, with a slash at its end; empty where they are the same. */
  readonly folder: string;
  /** Takes what must not be shown out of a text, before it is spelled as GitHub wants it. */
  readonly hide: (text: string) => string;
  /** The text of a file of the project. */
  readonly textOf: (path: string) => string | undefined;
}

const levels: Partial<Record<NodeResult['status'], 'error' | 'warning'>> = { fail: 'error', error: 'error', warn: 'warning' };

/** Workflow commands, one a line. Where there are more than GitHub shows, the last one says so. */
export function githubAnnotations(result: RunResult, place: AnnotationPlace): readonly string[] {
  return (['error', 'warning'] as const).flatMap((level) => {
    const nodes = result.results.filter((node) => levels[node.status] === level);
    if (nodes.length <= annotationLimit) return nodes.map((node) => annotation(level, node, place));
    const shown = nodes.slice(0, annotationLimit - 1).map((node) => annotation(level, node, place));
    const rest = nodes.length - shown.length;
    return [...shown, `::${level} title=tx::${escapeData(`${rest} more: see the summary of the step, or the log`)}`];
  });
}

function annotation(level: 'error' | 'warning', node: NodeResult, place: AnnotationPlace): string {
  const [diagnostic] = node.diagnostics;
  const span = diagnostic?.span ?? { path: node.path, start: 0, end: 0 };
  const text = place.textOf(span.path);
  const start = text === undefined ? undefined : positionAt(text, span.start);
  const properties = {
    file: `${place.folder}${span.path}`,
    ...(start === undefined ? {} : { line: start.line, col: start.column }),
    title: `${diagnostic?.code ?? node.status} · ${node.name}`,
  };
  const list = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(typeof value === 'string' ? place.hide(value) : String(value))}`,
  );
  return `::${level} ${list.join(',')}::${escapeData(place.hide(node.message ?? node.status))}`;
}

function escapeData(text: string): string {
  return plain(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const marks: Readonly<Record<NodeResult['status'], string>> = {
  success: '✅',
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  error: '❌',
  skipped: '⏭️',
  cancelled: '⏹️',
};

/** Markdown for the page of the step: how many of what, and a table of all that did not go well, without what `hide` takes out of its texts. */
export function githubSummary(result: RunResult, hide: AnnotationPlace['hide']): string {
  const counted = new Map<string, number>();
  for (const { status } of result.results) counted.set(status, (counted.get(status) ?? 0) + 1);
  const totals = [...counted].map(([status, count]) => `${count} ${status}`).join(' · ');
  const bad = result.results.filter(({ status }) => status !== 'success' && status !== 'pass');
  const order = ['error', 'fail', 'warn', 'cancelled', 'skipped'];
  const sorted = bad.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const title = `### ${marks[result.status === 'success' ? 'success' : 'fail']} tx ${result.command}\n\n${totals} in ${(result.durationMs / 1000).toFixed(1)}s\n`;
  if (sorted.length === 0) return `${title}\n`;
  const rows = sorted.slice(0, rowLimit).map((node) => {
    const because = node.skippedBecause === undefined ? '' : `${node.skippedBecause} failed`;
    return `| ${marks[node.status]} ${node.status} | ${cell(hide(node.name))} | ${cell(hide(node.path))} | ${cell(hide(node.message ?? because))} |`;
  });
  const head = `${title}\n| | node | file | |\n|---|---|---|---|\n`;
  const lines: string[] = [];
  let length = new TextEncoder().encode(head).length;
  for (const row of rows) {
    length += new TextEncoder().encode(row).length + 1;
    if (length > summaryLimit) break;
    lines.push(row);
  }
  const left = sorted.length - lines.length;
  return `${head}${lines.join('\n')}\n${left === 0 ? '' : `\n${left} more are in the log.\n`}\n`;
}

/** Text that Markdown takes as it is, on one line. */
function cell(text: string): string {
  return plain(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|*_[\]]/g, (character) => `\\${character}`)
    .replaceAll('`', "'");
}
