/** Where text goes: two channels, each with what it can show, and the one sink that masks secrets in all that is written. */
import type { Mask } from './mask.ts';

/** One way out. */
export interface Channel {
  readonly write: (text: string) => void;
  /** True where a line may be drawn again and again: a terminal, not in CI, not `TERM=dumb`. */
  readonly isTty: boolean;
  /** Columns of a line, as of now. */
  readonly columns: number;
  /** Columns that a table may take, where that is not `columns`: a program that reads it wants all of it. */
  readonly tableColumns?: number;
  readonly colour: boolean;
  /** False where only ASCII is safe. */
  readonly unicode: boolean;
}

/** Results go to `stdout`; progress, logs and diagnostics to `stderr`. */
export interface Output {
  readonly stdout: Channel;
  readonly stderr: Channel;
}

/** What {@link createOutput} needs of a stream: `process.stdout` and `process.stderr` have it. */
export interface TextStream {
  readonly write: (text: string) => unknown;
  readonly on: (event: 'error', listener: (error: Error & { readonly code?: string }) => void) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True on Windows, where the locale does not tell what the terminal can show. */
  readonly windows?: boolean;
  /** Told once about a stream that cannot be written to (a full disk), never about a reader that went away. */
  readonly onError?: (error: Error) => void;
}

const DEFAULT_COLUMNS = 100;
const FEWEST_COLUMNS = 20;

/** Channels over two streams. `NO_COLOR`, `FORCE_COLOR`, `CI`, `TERM=dumb`, `COLUMNS` and the locale are honoured. */
export function createOutput(streams: { readonly stdout: TextStream; readonly stderr: TextStream }, settings: OutputSettings): Output {
  return { stdout: createChannel(streams.stdout, settings), stderr: createChannel(streams.stderr, settings) };
}

function createChannel(stream: TextStream, settings: OutputSettings): Channel {
  const { env } = settings;
  let open = true;
  const fail = (error: Error & { readonly code?: string }): void => {
    const wasOpen = open;
    open = false;
    // A reader that has seen enough (`tx ls | head`) is no error.
    if (wasOpen && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') settings.onError?.(error);
  };
  stream.on('error', fail);
  const terminal = stream.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  const wanted = Number(env['COLUMNS']);
  const isWidthSet = Number.isInteger(wanted) && wanted > 0;
  return {
    write: (text) => {
      if (!open || text === '') return;
      try {
        stream.write(text);
      } catch (cause) {
        fail(cause instanceof Error ? cause : new Error(String(cause)));
      }
    },
    isTty: terminal && !dumb && !isSet(env['CI']),
    get columns() {
      // A terminal that reports 0 does not know its width.
      return Math.max(FEWEST_COLUMNS, isWidthSet ? wanted : stream.columns || DEFAULT_COLUMNS);
    },
    ...(terminal || isWidthSet ? {} : { tableColumns: Number.POSITIVE_INFINITY }),
    colour: wantsColour(env, terminal && !dumb),
    unicode: !dumb && readsUnicode(env, settings.windows === true),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

function wantsColour(env: OutputSettings['env'], terminal: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  return forced === undefined ? terminal : forced !== '0' && forced !== 'false';
}

/** The first of the locale variables that is set decides, as in C; without any, text files and pipes are taken as UTF-8. */
function readsUnicode(env: OutputSettings['env'], windows: boolean): boolean {
  if (windows) return true;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (locale === undefined) return true;
  return /utf-?8/i.test(locale);
}

/** `output` with every secret masked in everything that is written. */
export function maskSecrets(output: Output, mask: Pick<Mask, 'apply'>): Output {
  const sink = (channel: Channel): Channel => ({
    write: (text) => channel.write(mask.apply(text)),
    isTty: channel.isTty,
    get columns() {
      return channel.columns;
    },
    ...(channel.tableColumns === undefined ? {} : { tableColumns: channel.tableColumns }),
    colour: channel.colour,
    unicode: channel.unicode,
  });
  return { stdout: sink(output.stdout), stderr: sink(output.stderr) };
}
