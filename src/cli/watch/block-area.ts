/** Draws a block of lines at the end of a terminal, again and again in the same place. */
import type { Channel } from '../../report/output.ts';

export interface BlockArea {
  /** Shows these lines in place of those that are there. */
  readonly draw: (lines: readonly string[]) => void;
  /** The terminal has another size: how its lines stand is not known any more. */
  readonly startAnew: () => void;
}

const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_LINE = '\u001b[K';
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** All of a drawing goes out in one write, so that nothing flickers. A line that is too long is cut by the terminal. */
export function createBlockArea(channel: Pick<Channel, 'write'>): BlockArea {
  let shown: readonly string[] | undefined;
  return {
    draw: (lines) => {
      if (shown !== undefined && shown.length === lines.length && shown.every((line, at) => line === lines[at])) return;
      const up = shown === undefined || shown.length === 0 ? '' : `\u001b[${shown.length}A`;
      const text = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
      channel.write(`${NO_WRAP}\r${up}${text}${CLEAR_BELOW}${WRAP}`);
      shown = lines;
    },
    startAnew: () => {
      channel.write(CLEAR_SCREEN);
      shown = undefined;
    },
  };
}
