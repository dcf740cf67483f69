/** The view of a terminal: one block that is drawn again where it stands. */
import { styleOf } from '../../report/style.ts';
import type { Channel, Output } from '../../report/output.ts';
import { renderStatus } from '../../watch/render-status.ts';
import { nextStatus, startStatus } from '../../watch/watch-status.ts';
import type { WatchedCommand } from '../../watch/choose-work.ts';
import { createBlockArea } from './block-area.ts';
import { followWatchedRun } from './follow-run.ts';
import type { Section, WatchView } from './watch-view.ts';

/** The terminal that the block is drawn on. */
export interface Terminal {
  readonly channel: Channel;
  readonly rows: () => number;
  /** Calls back when the size changes, until the function that it gives is called. */
  readonly onResize: (callback: () => void) => () => void;
}

export interface BlockOptions {
  readonly version: string;
  readonly command: WatchedCommand;
  /** Whether keys are read. */
  readonly keys: () => boolean;
  readonly stdout: Channel;
}

/** Faster than this nobody reads. */
const REDRAW_MS = 40;

export function createBlockView(terminal: Terminal, { version, command, keys, stdout }: BlockOptions): WatchView {
  const { channel } = terminal;
  const area = createBlockArea(channel);
  const texts: Record<Section, string> = { notices: '', problems: '', results: '' };
  let status = startStatus(command);
  let drawnAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    drawnAt = performance.now();
    // The last line of the terminal is for the cursor.
    const height = Math.max(4, terminal.rows() - 1);
    const options = { ...texts, version, keys: keys() && status.phase !== 'stopping' };
    area.draw(renderStatus(status, options, styleOf(channel), height).slice(-height));
  };
  const drawSoon = (): void => {
    const left = REDRAW_MS - (performance.now() - drawnAt);
    if (left <= 0) draw();
    else timer ??= setTimeout(draw, left);
  };
  const stopResize = terminal.onResize(() => {
    area.startAnew();
    draw();
  });
  const tell: WatchView['tell'] = (event) => {
    status = nextStatus(status, event);
    drawSoon();
  };
  const outputFor = (section: Section): Output => {
    let own = '';
    let isCurrent = true;
    current[section]?.();
    current[section] = () => (isCurrent = false);
    texts[section] = '';
    const into: Channel = {
      write: (text) => {
        own += text;
        if (!isCurrent) return;
        texts[section] = own;
        drawSoon();
      },
      isTty: false,
      get columns() {
        return channel.columns;
      },
      colour: channel.colour,
      unicode: channel.unicode,
    };
    return { stdout, stderr: into };
  };
  const current: Partial<Record<Section, () => void>> = {};
  draw();
  return {
    tell,
    outputFor,
    reporter: ({ plan }, screen) => followWatchedRun(plan, screen, { tell, lines: false }),
    close: () => {
      stopResize();
      draw();
    },
  };
}
