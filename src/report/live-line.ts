/** The one line of a terminal that changes while a run goes on: what is running, how far it is, what failed. */
import { plainLine } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';
import { fitText, textWidth } from '../diagnostics/text-width.ts';
import type { Channel } from './output.ts';
import { formatElapsed } from './quantities.ts';
import { marksOf } from './style.ts';

export interface LiveState {
  readonly running: readonly { readonly name: string; readonly elapsedMs: number }[];
  readonly finished: number;
  readonly total: number;
  readonly failed: number;
  /** Counts the drawings; turns the spinner. */
  readonly turn: number;
}

const BAR = 12;
const NARROW_BAR = 6;
const NARROW = 80;

/** The line for `state`, in fewer columns than the terminal has, so that it never wraps. */
export function renderLiveLine(state: LiveState, style: Style): string {
  const { paint } = style;
  const marks = marksOf(style);
  const share = state.total === 0 ? 1 : state.finished / state.total;
  const cells = style.width < NARROW ? NARROW_BAR : BAR;
  const full = Math.floor(share * cells);
  const numbers = `${String(Math.floor(share * 100)).padStart(3)}% ${marks.dot} ${state.failed} failed`;
  const room = style.width - 1 - 2 - (2 + cells + 1 + numbers.length);
  const list = state.running.map(({ name, elapsedMs }) => `${plainLine(name)} ${formatElapsed(elapsedMs)}`).join(` ${marks.dot} `);
  const running = fitText(list === '' ? 'waiting' : `running ${list}`, Math.max(0, room), marks.ellipsis);
  const spinner = marks.spinner[state.turn % marks.spinner.length] ?? '';
  const bar = paint.green(marks.full.repeat(full)) + paint.dim(marks.empty.repeat(cells - full));
  const gap = ' '.repeat(Math.max(0, room - textWidth(running)));
  const tail = state.failed > 0 ? numbers.replace(/\d+ failed/, (text) => paint.red(text)) : paint.dim(numbers);
  return `${paint.cyan(spinner)} ${running}${gap}  ${bar} ${tail}`;
}

/** Writes lines that stay, above a last line that changes. */
export interface LiveArea {
  /** Lines that stay; `live`, when given, is the new last line. */
  readonly print: (lines: readonly string[], live?: string) => void;
  /** Takes the last line away. */
  readonly clear: () => void;
}

const CLEAR_LINE = '\r\u001b[2K';

/** A live area at the end of a channel. What stays and what changes go out in one write, so that nothing flickers. */
export function createLiveArea(channel: Pick<Channel, 'write'>): LiveArea {
  let shown = false;
  const print = (lines: readonly string[], live?: string): void => {
    let text = shown ? CLEAR_LINE : '';
    for (const line of lines) text += `${line}\n`;
    text += live ?? '';
    shown = live !== undefined;
    channel.write(text);
  };
  const clear = (): void => {
    if (shown) print([]);
  };
  return { print, clear };
}
