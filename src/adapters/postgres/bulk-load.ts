/** Writes text rows into a table by COPY. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { whenReady } from './exchange.ts';

/** Characters sent at once. */
const chunkLength = 64 * 1024;

/** What the text form of COPY gives a meaning. */
const SPECIAL = /[\\\n\r\t]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function encode(cell: string | null): string {
  if (cell === null) return '\\N';
  return SPECIAL.test(cell) ? cell.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] ?? character) : cell;
}

export interface Copy {
  /** `copy … from stdin`. */
  readonly sql: string;
  readonly columns: number;
  readonly rows: Iterable<readonly (string | null)[]>;
  /** Asked between two chunks; throws to end the load. */
  readonly check: () => void;
}

function* chunks({ rows, columns, check }: Copy): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    for (let column = 0; column < columns; column += 1) {
      if (column > 0) text += '\t';
      text += encode(row[column] ?? null);
    }
    text += '\n';
    if (text.length < chunkLength) continue;
    check();
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** Sends all rows; gives their number. Rejects with the error of the row source, or with that of the server. */
export async function copyRows(client: Client, copy: Copy): Promise<number> {
  const stream = client.query(copyFrom(copy.sql));
  let count = 0;
  const counted = (function* (): Generator<readonly (string | null)[]> {
    for (const row of copy.rows) {
      count += 1;
      yield row;
    }
  })();
  try {
    await pipeline(Readable.from(chunks({ ...copy, rows: counted }), { objectMode: true }), stream);
    return count;
  } finally {
    await whenReady(client);
  }
}
