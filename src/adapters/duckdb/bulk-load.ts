/** Writes text rows into a table through chunks of the appender. */
import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import type { DuckDBAppender } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';

/** Bytes of one text entry in a vector: a length, then up to 12 bytes of text or a pointer. */
const entrySize = 16;
const inlineBytes = 12;

/** The cells of one column of the chunk, as the engine lays them out. */
interface ColumnBuffer {
  readonly entries: Uint8Array<ArrayBuffer>;
  readonly validity: Uint8Array<ArrayBuffer>;
  hasNull: boolean;
  /** Rows and texts that do not fit into their entry. */
  readonly longRows: number[];
  readonly longTexts: string[];
}

function createBuffer(rows: number): ColumnBuffer {
  return {
    entries: new Uint8Array(rows * entrySize),
    validity: new Uint8Array(rows / 8).fill(0xff),
    hasNull: false,
    longRows: [],
    longTexts: [],
  };
}

/** Writes short ASCII text in place; everything else goes through the driver's encoder when the chunk is sent. */
function writeCell(buffer: ColumnBuffer, row: number, cell: string | null): void {
  const { entries } = buffer;
  const at = row * entrySize;
  const text = at + 4;
  let length = 0;
  if (cell === null) {
    buffer.hasNull = true;
    buffer.validity[row >> 3] = (buffer.validity[row >> 3] ?? 0) & ~(1 << (row & 7));
  } else {
    length = cell.length <= inlineBytes ? cell.length : -1;
    for (let index = 0; index < length; index += 1) {
      const code = cell.charCodeAt(index);
      entries[text + index] = code;
      if (code > 0x7f) length = -1;
    }
    if (length < 0) {
      buffer.longRows.push(row);
      buffer.longTexts.push(cell);
      length = 0;
    }
  }
  entries[at] = length;
  for (let index = length; index < inlineBytes; index += 1) entries[text + index] = 0;
}

/** Collects rows and sends each full chunk. Not for use after an error. */
export class BulkWriter {
  readonly #rows: number;
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  readonly #buffers: readonly ColumnBuffer[];
  #count = 0;

  constructor(appender: DuckDBAppender, columns: number) {
    this.#rows = bindings.vector_size();
    this.#appender = appender;
    this.#chunk = DuckDBDataChunk.create(Array.from({ length: columns }, () => VARCHAR));
    this.#buffers = Array.from({ length: columns }, () => createBuffer(this.#rows));
  }

  /** Adds one row; true when that sent a chunk. */
  write(row: readonly (string | null)[]): boolean {
    for (let column = 0; column < this.#buffers.length; column += 1) {
      const buffer = this.#buffers[column];
      if (buffer !== undefined) writeCell(buffer, this.#count, row[column] ?? null);
    }
    this.#count += 1;
    if (this.#count < this.#rows) return false;
    this.#send();
    return true;
  }

  /** Sends what is left; the rows are in the table when this returns. */
  end(): void {
    if (this.#count > 0) this.#send();
    this.#appender.flushSync();
  }

  #send(): void {
    const chunk = this.#chunk.chunk;
    bindings.data_chunk_reset(chunk);
    bindings.data_chunk_set_size(chunk, this.#count);
    for (const [index, buffer] of this.#buffers.entries()) {
      const vector = bindings.data_chunk_get_vector(chunk, index);
      bindings.copy_data_to_vector(vector, 0, buffer.entries.buffer, 0, this.#count * entrySize);
      for (const [at, row] of buffer.longRows.entries()) {
        bindings.vector_assign_string_element(vector, row, buffer.longTexts[at] ?? '');
      }
      buffer.longRows.length = 0;
      buffer.longTexts.length = 0;
      if (!buffer.hasNull) continue;
      bindings.vector_ensure_validity_writable(vector);
      bindings.copy_data_to_vector_validity(vector, 0, buffer.validity.buffer, 0, buffer.validity.length);
      buffer.validity.fill(0xff);
      buffer.hasNull = false;
    }
    this.#appender.appendDataChunk(this.#chunk);
    this.#count = 0;
  }
}
