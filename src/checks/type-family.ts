/** Sorts the type names of engines into the few families that checks care about, and compares such names. */

export type TypeFamily = 'number' | 'boolean' | 'time' | 'text' | 'other';

const families: readonly (readonly [RegExp, TypeFamily])[] = [
  [/\[|^(list|array|struct|map|row|union)\b/, 'other'],
  [/^(u?(tiny|small|big|huge)?int(eger)?|int[248]|decimal|numeric|number|real|float[48]?|double)\b/, 'number'],
  [/^bool(ean)?\b/, 'boolean'],
  [/^(date|datetime|timestamp(tz)?)(?![a-z])/, 'time'],
  [/^(varchar|char|character|bpchar|text|string)\b/, 'text'],
];

/** The family of a type as an engine spells it, e.g. `DECIMAL(18,3)`. */
export function typeFamily(type: string): TypeFamily {
  const name = type.trim().toLowerCase();
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

/** Names of one type, the first of each line being the one that they are compared by. */
const synonyms: readonly (readonly string[])[] = [
  ['smallint', 'int2', 'short'],
  ['integer', 'int', 'int4', 'signed'],
  ['bigint', 'int8', 'long'],
  ['real', 'float4', 'float'],
  ['double', 'double precision', 'float8'],
  ['decimal', 'numeric'],
  ['boolean', 'bool', 'logical'],
  ['varchar', 'text', 'string', 'character varying', 'char', 'bpchar', 'character'],
  ['timestamp', 'timestamp without time zone', 'datetime'],
  ['timestamptz', 'timestamp with time zone'],
  ['time', 'time without time zone'],
  ['bytea', 'blob', 'binary', 'varbinary'],
];

const canonical: ReadonlyMap<string, string> = new Map(synonyms.flatMap((names) => names.map((name) => [name, names[0] ?? name])));

interface TypeName {
  readonly name: string;
  /** What stands in parentheses, without spaces. */
  readonly size: string | undefined;
  /** Brackets of an array. */
  readonly array: string;
}

function readType(type: string): TypeName {
  const plain = type.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const array = /(\[\d*\])+$/.exec(plain)?.[0] ?? '';
  const element = plain.slice(0, plain.length - array.length);
  // The size stands in the middle of `timestamp(3) with time zone`.
  const sized = /^([^(]*?) ?\(([\d, ]+)\)(.*)$/.exec(element);
  const name = sized === null ? element : `${sized[1] ?? ''}${sized[3] ?? ''}`;
  return { name: canonical.get(name) ?? name, size: sized?.[2]?.replaceAll(' ', ''), array };
}

/** Whether both name one type; a type without a size stands for all of its sizes. */
export function isSameType(expected: string, found: string): boolean {
  const [wanted, actual] = [readType(expected), readType(found)];
  return wanted.name === actual.name && wanted.array === actual.array && (wanted.size === undefined || wanted.size === actual.size);
}
