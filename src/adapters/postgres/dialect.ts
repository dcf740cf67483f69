/** Spells names, values and types in PostgreSQL's SQL. */
import type { Dialect, PortableType, SqlScalar } from '../../adapter/dialect.ts';
import type { Relation } from '../../adapter/relation.ts';
import { bug } from '../../diagnostics/bug.ts';
import { capabilities } from './capabilities.ts';
import { checks } from './check-sql.ts';
import { compare } from './compare-sql.ts';
import { library } from './library.ts';
import { needsQuotes } from './keywords.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { steadiness } from './steadiness.ts';
import { safeCast } from './safe-cast.ts';

/** As the catalog spells them. */
const typeNames: Readonly<Record<PortableType, string>> = {
  boolean: 'boolean',
  integer: 'integer',
  bigint: 'bigint',
  double: 'double precision',
  date: 'date',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  text: 'text',
};

/** Types of which a load and a cast of text know the same; a length is not among them, as a cast cuts what is too long. */
const loadedTypes =
  /^(?:bool(?:ean)?|smallint|int[248]?|integer|bigint|real|float[48]|double precision|(?:numeric|decimal)(?: ?\( ?\d+ ?(?:, ?\d+ ?)?\))?|text|varchar|character varying|date|timestamp(?:tz| with time zone| without time zone)?)$/i;

const ISO_UTC = /^(\d{4,5}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(?:Z|[+-]00:?00)?$/;

function timestampLiteral(iso: string): string {
  const match = ISO_UTC.exec(iso);
  if (match === null) return bug(`not an ISO 8601 timestamp in UTC: ${iso}`);
  return `timestamp '${match[1]} ${match[2] ?? '00:00:00'}'`;
}

/** Every number is exact here: what has a point or an exponent is `numeric` until something asks for a double. */
function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return `cast('NaN' as double precision)`;
  if (!Number.isFinite(value)) return `cast('${value < 0 ? '-' : ''}Infinity' as double precision)`;
  return signed(String(value));
}

/** In parentheses when negative: two minus signs in a row would start a comment. */
function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits;
}

function literal(value: SqlScalar): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return quoteText(value);
    case 'number':
      return numberLiteral(value);
    case 'bigint':
      return signed(String(value));
    case 'boolean':
      return String(value);
    default:
      return timestampLiteral(value.timestamp);
  }
}

const maxBytes = capabilities.maxIdentifierBytes ?? bug('the engine limits its identifiers');

/** Names are cut without an error when they are too long, and the rest may be the name of another relation. */
function identifierProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `contains the control character U+${hex(code)}`;
    if (code >= 0xd800 && code <= 0xdfff) return `contains half of a surrogate pair, U+${hex(code)}`;
  }
  const bytes = new TextEncoder().encode(name).length;
  return bytes > maxBytes ? `is ${bytes} bytes long, and the database keeps only ${maxBytes}` : undefined;
}

/** The server keeps `pg_` for itself. */
function isReservedSchema(name: string): boolean {
  return name === 'information_schema' || name.startsWith('pg_');
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function relation({ schema, name }: Relation): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A list becomes an array of one dimension. */
function readJson(expression: string, type: string): string {
  if (!type.endsWith('[]')) return `cast(${expression} as ${type})`;
  const items = `array(select jsonb_array_elements_text(cast(${expression} as jsonb)))`;
  return `case when ${expression} is not null then cast(${items} as ${type}) end`;
}

export const dialect: Dialect = {
  engine: 'postgres',
  library,
  steadiness,
  checks,
  compare,
  quoteIdentifier,
  needsQuotes,
  literal,
  relation,
  // Quoted names are compared as they are, and `tx` quotes all of them.
  foldIdentifier: (name) => name,
  json: {
    holds: (type) => /\[\]$|^jsonb?$/i.test(type),
    text: (expression) => `cast(to_json(${expression}) as text)`,
    read: readJson,
    comparable: (expression, type) => (/^json$/i.test(type) ? `cast(${expression} as jsonb)` : expression),
  },
  identifierProblem,
  isReservedSchema,
  rowId: 'ctid',
  typeName: (type) => typeNames[type],
  loadsAs: (type) => loadedTypes.test(type),
  tryCast: safeCast,
  temporarySchema: 'pg_temp',
};
