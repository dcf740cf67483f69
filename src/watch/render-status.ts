/** Draws the status block as lines. Each may be longer than the terminal is wide; who shows it cuts them. */
import type { Style } from '../diagnostics/paint.ts';
import { plainLine } from '../diagnostics/plain.ts';
import { fitText, textWidth } from '../diagnostics/text-width.ts';
import { countOf, listCounts } from '../report/quantities.ts';
import { marksOf } from '../report/style.ts';
import type { NodeCounts } from './watch-event.ts';
import type { WatchStatus, WorkStatus } from './watch-status.ts';

/** What stands in the block beside the status: text with line breaks, drawn already. */
export interface StatusTexts {
  /** What is to be known of watching itself. */
  readonly notices: string;
  /** Problems of the project and of what changed. */
  readonly problems: string;
  /** Problems of the last run. */
  readonly results: string;
  readonly version: string;
  /** Whether keys are read. */
  readonly keys: boolean;
}

/** The lines of the block. With more than `height` of them, lines of its problems are left out. */
export function renderStatus(status: WatchStatus, texts: StatusTexts, style: Style, height: number): readonly string[] {
  const head = [titleLine(status, texts, style), ...changeLines(status, style)];
  const tail = [...workLines(status, style), ...(texts.keys ? [keyLine(style)] : [])];
  const frames = [texts.notices, texts.problems, texts.results].map((text) => text.trim()).filter((text) => text !== '');
  const body = frames.length === 0 ? [] : ['', ...frames.join('\n\n').split('\n'), ''];
  const room = Math.max(0, height - head.length - tail.length);
  if (body.length <= room) return [...head, ...body, ...tail];
  const shown = body.slice(0, Math.max(0, room - 1));
  const more = style.paint.dim(`${marksOf(style).ellipsis} ${countOf(body.length - shown.length, 'more line')}`);
  return [...head, ...shown, ...(room > 0 ? [more] : []), ...tail];
}

export function describeCounts({ models, seeds, snapshots, tests }: NodeCounts): string {
  const list = listCounts([
    [models, 'model'],
    [seeds, 'seed'],
    [snapshots, 'snapshot'],
    [tests, 'test'],
  ]);
  return list === '' ? 'nothing' : list;
}

function titleLine({ title }: WatchStatus, { version }: StatusTexts, { paint, ...style }: Style): string {
  const { command, project, target, counts } = title;
  const head = `${paint.bold('tx')} ${version}`;
  if (project === '') return `${head} ${marksOf(style).dot} ${command} --watch`;
  const parts = [head, `${command} ${plainLine(project)} to ${paint.bold(plainLine(target))}`, `watching ${describeCounts(counts)}`];
  return parts.join(` ${paint.dim(marksOf(style).dot)} `);
}

/** Names in at most `width` columns, and how many more there are. */
export function listNames(names: readonly string[], width: number): string {
  let text = '';
  for (const [at, name] of names.entries()) {
    const next = text === '' ? plainLine(name) : `${text}, ${plainLine(name)}`;
    const left = names.length - at;
    if (at > 0 && textWidth(next) > width - (left > 1 ? 10 : 0)) return `${text} and ${left} more`;
    text = next;
  }
  return fitText(text, Math.max(width, 10), '…');
}

const LABEL = 9;

function labelled(label: string, text: string, { paint }: Style): string {
  return `${paint.dim(label.padEnd(LABEL))}${text}`;
}

function changeLines({ changed, checked, refused, phase }: WatchStatus, style: Style): readonly string[] {
  const { paint, width } = style;
  const marks = marksOf(style);
  const room = width - LABEL - 24;
  const lines = changed.length === 0 ? [] : [labelled('changed', listNames(changed, room), style)];
  if (refused) return [...lines, labelled('checked', `${paint.red(marks.failed)} the project cannot be used like this`, style)];
  if (checked === undefined) return phase === 'checking' ? [...lines, labelled('checking', marks.ellipsis, style)] : lines;
  if (checked.nodes.length === 0 && checked.problems === 0) return lines;
  const verdict = checked.problems === 0 ? paint.green(marks.ok) : paint.red(marks.failed);
  const count = checked.problems === 0 ? '' : `  ${paint.red(countOf(checked.problems, 'problem'))}`;
  const time = paint.dim(`  in ${Math.round(checked.durationMs)} ms`);
  return [...lines, labelled('checked', `${verdict} ${listNames(checked.nodes, room)}${count}${time}`, style)];
}

function workLines({ work, remark, phase }: WatchStatus, style: Style): readonly string[] {
  const lines: string[] = [];
  if (work !== undefined) lines.push(workLine(work, style));
  if (remark !== undefined) lines.push(labelled('', style.paint.dim(plainLine(remark)), style));
  if (phase === 'waiting') lines.push(labelled('waiting', style.paint.dim('for a change'), style));
  return lines;
}

function workLine({ names, running, finished, failed, total, end }: WorkStatus, style: Style): string {
  const { paint, width } = style;
  const room = Math.max(10, width - LABEL - 34);
  if (end !== undefined) return labelled('ran', `${listNames(names, room)}  ${end}`, style);
  const marks = marksOf(style);
  const count = `${finished}/${total}${failed > 0 ? ` ${marks.dot} ${paint.red(`${failed} failed`)}` : ''}`;
  return labelled('running', `${running.length === 0 ? marks.ellipsis : listNames(running, room)}  ${paint.dim(count)}`, style);
}

const keys: readonly (readonly [string, string])[] = [
  ['r', 'run'],
  ['d', 'downstream'],
  ['t', 'test'],
  ['f', 'failed'],
  ['a', 'all'],
  ['q', 'quit'],
];

function keyLine(style: Style): string {
  const { paint } = style;
  return labelled(
    'keys',
    keys.map(([key, word]) => `${paint.bold(key)} ${paint.dim(word)}`).join(paint.dim(` ${marksOf(style).dot} `)),
    style,
  );
}
