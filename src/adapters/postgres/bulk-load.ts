/** Writes text rows into a table by COPY. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { whenReady } from './exchange.ts';

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

export interface Copy {
  /** `copy … from stdin`. */
  readonly sql: string;
  readonly columns: number;
  readonly rows: Iterable<Row>;
  /** Asked between two chunks; throws to end the load. */
  readonly check: () => void;
}

/** Sends all rows; gives their number. Rejects with the error of the row source, or with that of the server. */
export async function copyRows(client: Client, { sql, columns, rows, check }: Copy): Promise<number> {
  let count = 0;
  const chunks = function* (): Generator<Buffer> {
    const writer = new RowWriter();
    for (const row of rows) {
      count += 1;
      if (!writer.write(row, columns)) continue;
      check();
      yield writer.take();
    }
    yield writer.take();
  };
  try {
    await pipeline(Readable.from(chunks(), { objectMode: true }), client.query(copyFrom(sql)));
    return count;
  } finally {
    await whenReady(client);
  }
}
