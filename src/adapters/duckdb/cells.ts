/** Turns values of the driver into cells that lose nothing. */
import { DuckDBDateValue, DuckDBTimestampTZValue } from '@duckdb/node-api';
import { getDuckDBDateStringFromDays } from '@duckdb/node-api/lib/conversion/dateTimeStringConversion.js';
import { textDecoder } from '@duckdb/node-api/lib/vectors/dataAccessors.js';
import type { DuckDBDataChunk, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Cell } from '../../adapter/connection.ts';

/** The driver's own decoder takes U+FEFF for a byte order mark at the front of every value, and drops it. */
const exact = new TextDecoder('utf-8', { ignoreBOM: true });
textDecoder.decode = (bytes: Uint8Array) => exact.decode(bytes);

/** The session counts in UTC whatever the clock of this machine says; the driver would show the machine's time zone. */
DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;

/** The driver prints an infinite date as a day five million years away; inside of lists and structs as well. */
DuckDBDateValue.prototype.toString = function toString(this: DuckDBDateValue): string {
  return this.isFinite ? getDuckDBDateStringFromDays(this.days) : this.days > 0 ? 'infinity' : '-infinity';
};

/** The driver's number for FLOAT, whose 32 bits are shown with the fewest digits that give them back. */
const FLOAT = 10;

function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function cellOf(value: DuckDBValue, typeId: number): Cell {
  if (value === null) return null;
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) return String(value);
      return typeId === FLOAT ? shortestFloat(value) : value;
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case 'string':
    case 'boolean':
      return value;
    default:
      return String(value);
  }
}

/** The first `count` rows of a chunk as cells, added to `rows`. */
export function appendRows(rows: Cell[][], chunk: DuckDBDataChunk, types: readonly DuckDBType[], count: number): void {
  const first = rows.length;
  for (let row = 0; row < count; row += 1) rows.push([]);
  for (let column = 0; column < types.length; column += 1) {
    const vector = chunk.getColumnVector(column);
    const typeId = types[column]?.typeId ?? 0;
    // The driver's vectors give only values of its own union type.
    for (let row = 0; row < count; row += 1) rows[first + row]?.push(cellOf(vector.getItem(row) as DuckDBValue, typeId));
  }
}

/** A type in the catalog's spelling, save the quotes of names inside structs and unions. */
export function typeName(type: DuckDBType): string {
  return type.alias ?? String(type);
}
