/** Turns the text that the server sends into cells that lose nothing. */
import type { Cell } from '../../adapter/connection.ts';

/** Types by the numbers that every server gives them. */
const BOOLEAN = 16;
const wholeNumbers: ReadonlySet<number> = new Set([20, 21, 23, 26]);
const floats: ReadonlySet<number> = new Set([700, 701]);

export function cellOf(text: string | null, type: number): Cell {
  if (text === null) return null;
  if (type === BOOLEAN) return text === 't';
  if (wholeNumbers.has(type)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : text;
  }
  if (floats.has(type)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : text;
  }
  return text;
}

/** Names of the most common types, so that nobody has to ask for them. Those that take a modifier are asked for when they have one. */
const commonTypes: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'bytea',
  18: '"char"',
  19: 'name',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  114: 'json',
  700: 'real',
  701: 'double precision',
  1043: 'character varying',
  1082: 'date',
  1114: 'timestamp without time zone',
  1184: 'timestamp with time zone',
  1700: 'numeric',
  2950: 'uuid',
  3802: 'jsonb',
};

/** The catalog's spelling of a type, where it is known without asking. */
export function commonTypeName(type: number, modifier: number): string | undefined {
  return modifier === -1 && Object.hasOwn(commonTypes, type) ? commonTypes[type] : undefined;
}
