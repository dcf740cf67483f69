/** Writes rows into a table by COPY: cells as text, or the bytes of a file as they are. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { BulkLoad, DelimitedText } from '../../adapter/connection.ts';
import { dialect } from './dialect.ts';
import { whenReady } from './exchange.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

/** Bytes sent at once, and room for the row that goes beyond. */
const chunkBytes = 64 * 1024;
const roomBytes = 2 * chunkBytes;

const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const CAPITAL_N = 78;

/** What the text form of COPY gives a meaning. */
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

type Row = readonly (string | null)[];

/** Writes rows as bytes: plain ASCII in place, which is what most cells are, and everything else by way of a text. */
class RowWriter {
  #bytes = Buffer.allocUnsafe(roomBytes);
  #length = 0;

  /** Adds a row; true when there is enough to send. */
  write(row: Row, columns: number): boolean {
    for (let column = 0; column < columns; column += 1) {
      const cell = row[column];
      this.#reserve(cell?.length ?? 0);
      if (column > 0) this.#bytes[this.#length++] = TAB;
      if (cell !== null && cell !== undefined) this.#writeText(cell);
      else {
        this.#bytes[this.#length++] = BACKSLASH;
        this.#bytes[this.#length++] = CAPITAL_N;
      }
    }
    this.#bytes[this.#length++] = NEWLINE;
    return this.#length >= chunkBytes;
  }

  /** The bytes of all rows since the last call. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(roomBytes);
    this.#length = 0;
    return taken;
  }

  #writeText(cell: string): void {
    const start = this.#length;
    for (let index = 0; index < cell.length; index += 1) {
      const code = cell.charCodeAt(index);
      if (code > 0x7f || code === BACKSLASH || code <= 13) {
        const escaped = cell.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
        this.#length = start + this.#bytes.write(escaped, start);
        return;
      }
      this.#bytes[start + index] = code;
    }
    this.#length = start + cell.length;
  }

  /** A character takes at most three bytes or is escaped with two; a few more for separators. */
  #reserve(characters: number): void {
    const needed = this.#length + 3 * characters + 4;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The text form of COPY. */
function* rowChunks({ columns, rows }: BulkLoad): Generator<Buffer> {
  const writer = new RowWriter();
  for (const row of rows) if (writer.write(row, columns.length)) yield writer.take();
  yield writer.take();
}

/** Copies, because the driver still has a piece when the next one is read. */
function* fileChunks({ chunks }: DelimitedText): Generator<Buffer> {
  for (const chunk of chunks()) {
    for (let at = 0; at < chunk.length; at += chunkBytes) yield Buffer.from(chunk.subarray(at, at + chunkBytes));
  }
}

/** Fields of the file are read as the text form of COPY has them written. */
function fileOptions({ delimiter, withoutEmpty }: DelimitedText): string {
  const columns = withoutEmpty.map(quoteIdentifier).join(', ');
  return ` (format csv, header, delimiter ${quoteText(delimiter)}${columns === '' ? '' : `, force_null (${columns})`})`;
}

export interface Copy {
  readonly sql: string;
  readonly chunks: Iterable<Buffer>;
}

/** How the rows get to the server. A delimiter of several bytes is none for COPY. */
export function copyOf(bulk: BulkLoad): Copy {
  const { table, columns, text } = bulk;
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const sql = `copy ${dialect.relation(table)} (${names}) from stdin`;
  if (text === undefined || text.delimiter > '\u007f') return { sql, chunks: rowChunks(bulk) };
  return { sql: sql + fileOptions(text), chunks: fileChunks(text) };
}

/** Sends all rows; gives their number. `check` is asked between two chunks, and throws to end the load. Rejects with its error, that of the row source, or that of the server. */
export async function copyRows(client: Client, { sql, chunks }: Copy, check: () => void): Promise<number> {
  const checked = function* (): Generator<Buffer> {
    for (const chunk of chunks) {
      check();
      yield chunk;
    }
  };
  const copy = client.query(copyFrom(sql));
  try {
    await pipeline(Readable.from(checked(), { objectMode: true }), copy);
    return copy.rowCount;
  } finally {
    await whenReady(client);
  }
}
