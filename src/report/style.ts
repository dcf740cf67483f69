/** What a channel can show, in the form that drawing needs. */
import type { Style } from '../diagnostics/paint.ts';
import type { Channel } from './output.ts';
import { createPaint } from './paint.ts';

/** The style of text for `channel`. */
export function styleOf(channel: Pick<Channel, 'colour' | 'unicode' | 'columns'>): Style {
  return { paint: createPaint(channel.colour), unicode: channel.unicode, width: channel.columns };
}

/** The marks of a style: symbols where they can be shown, ASCII else. Words beside them always say the same. */
export interface Marks {
  readonly ok: string;
  readonly failed: string;
  readonly warned: string;
  readonly skipped: string;
  /** In front of what stands unchanged. */
  readonly same: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly rule: string;
  readonly full: string;
  readonly empty: string;
  readonly spinner: readonly string[];
}

const symbols: Marks = {
  ok: '✔',
  failed: '✖',
  warned: '!',
  skipped: '-',
  same: '=',
  dot: '·',
  ellipsis: '…',
  rule: '─',
  full: '█',
  empty: '░',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ascii: Marks = {
  ok: '+',
  failed: 'x',
  warned: '!',
  skipped: '-',
  same: '=',
  dot: '|',
  ellipsis: '...',
  rule: '-',
  full: '#',
  empty: '.',
  spinner: ['|', '/', '-', '\\'],
};

export function marksOf(style: Pick<Style, 'unicode'>): Marks {
  return style.unicode ? symbols : ascii;
}
