/** Runs the built program in a pseudo-terminal, and keeps what a person would see on it. */
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import { afterEach } from 'vitest';
import { REPOSITORY, plainEnvironment } from '../support/tx.ts';

/** A screen of characters: as much of a terminal as the program uses. What it does not know makes it fail. */
export class ScreenOfText {
  #columns: number;
  #rows: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;
  #wraps = true;
  #rest = '';
  /** Lines that left the screen at the top. */
  readonly scrolled: string[] = [];

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  /** What stood there does not move: whoever draws has to begin anew. */
  resize(columns: number, rows: number): void {
    [this.#columns, this.#rows] = [columns, rows];
  }

  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  write(text: string): void {
    let left = this.#rest + text;
    this.#rest = '';
    while (left !== '') {
      if (left.startsWith('\u001b')) {
        // eslint-disable-next-line no-control-regex -- the sequences of terminals begin with it
        const sequence = /^\u001b\[([?\d;]*)([A-Za-z])/.exec(left);
        if (sequence === null) {
          if (left.length > 12) throw new Error(`the screen does not know ${JSON.stringify(left.slice(0, 12))}`);
          this.#rest = left;
          return;
        }
        this.#control(sequence[1] ?? '', sequence[2] ?? '');
        left = left.slice(sequence[0].length);
      } else {
        const [character = ''] = left;
        this.#put(character);
        left = left.slice(character.length);
      }
    }
  }

  #control(parameters: string, letter: string): void {
    const count = Number(parameters === '' ? 1 : parameters);
    if (letter === 'm') return;
    if (letter === 'A') this.#row = Math.max(0, this.#row - count);
    else if (letter === 'J' && parameters === '')
      this.#lines = [...this.#lines.slice(0, this.#row), (this.#lines[this.#row] ?? '').slice(0, this.#column)];
    else if (letter === 'J' && parameters === '2') this.#lines = [''];
    else if (letter === 'H' && parameters === '') [this.#row, this.#column] = [0, 0];
    else if (letter === 'K' && parameters === '') this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    else if (parameters === '?7') this.#wraps = letter === 'h';
    else throw new Error(`the screen does not know ${parameters}${letter}`);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#next();
    else {
      if (this.#column >= this.#columns) {
        if (!this.#wraps) return;
        this.#next();
        this.#column = 0;
      }
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #next(): void {
    this.#row += 1;
    this.#lines[this.#row] ??= '';
    if (this.#row < this.#rows) return;
    this.scrolled.push(this.#lines.shift() ?? '');
    this.#row -= 1;
  }
}

export interface TxTerminal {
  readonly screen: ScreenOfText;
  /** Types keys. */
  readonly type: (keys: string) => void;
  /** Waits until the screen shows this; fails with what it shows instead. */
  readonly see: (what: RegExp | ((text: string) => boolean)) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  readonly kill: (signal: string) => void;
  /** The exit code, once the program has ended. */
  readonly ended: Promise<number>;
  /** All that was written, with its control sequences. */
  readonly written: () => string;
}

const open = new Set<IPty>();

afterEach(() => {
  for (const terminal of open) terminal.kill('SIGKILL');
  open.clear();
});

const PATIENCE_MS = 20_000;

/** Starts `tx` in a terminal of that size; it is ended after the test. */
export function startTerminal(cwd: string, args: readonly string[], [columns, rows] = [100, 30]): TxTerminal {
  const screen = new ScreenOfText(columns, rows);
  let written = '';
  const env = { ...plainEnvironment({ TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' }) };
  const terminal = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), ...args], { cwd, cols: columns, rows, env });
  open.add(terminal);
  const listeners = new Set<() => void>();
  terminal.onData((text) => {
    written += text;
    screen.write(text);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      open.delete(terminal);
      resolve(exitCode === 0 && signal !== undefined && signal > 0 ? 128 + signal : exitCode);
    });
  });
  const see: TxTerminal['see'] = (what) =>
    new Promise((resolve, reject) => {
      const isSeen = (): boolean => (typeof what === 'function' ? what(screen.text) : what.test(screen.text));
      const look = (): void => {
        if (!isSeen()) return;
        end();
        resolve(screen.text);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`not seen: ${String(what)}\nthe screen shows:\n${screen.text}`));
      }, PATIENCE_MS);
      const end = (): void => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  return {
    screen,
    type: (keys) => terminal.write(keys),
    see,
    resize: (width, height) => {
      screen.resize(width, height);
      terminal.resize(width, height);
    },
    kill: (signal) => terminal.kill(signal),
    ended,
    written: () => written,
  };
}
