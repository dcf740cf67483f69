/** Spells names, values and types in DuckDB's SQL. */
import type { Dialect, PortableType, SqlScalar } from '../../adapter/dialect.ts';
import type { Relation } from '../../adapter/relation.ts';
import { bug } from '../../diagnostics/bug.ts';
import { delimitedFile, fileSource } from './file-source.ts';
import { checks } from './check-sql.ts';
import { compare } from './compare-sql.ts';
import { library } from './library.ts';
import { databaseAlias } from './errors.ts';
import { needsQuotes } from './keywords.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { steadiness } from './steadiness.ts';

const typeNames: Readonly<Record<PortableType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  text: 'VARCHAR',
};

const ISO_UTC = /^([+-]?\d{4,6}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(?:Z|[+-]00:?00)?$/;

function timestampLiteral(iso: string): string {
  const match = ISO_UTC.exec(iso);
  if (match === null) return bug(`not an ISO 8601 timestamp in UTC: ${iso}`);
  return `timestamp '${match[1]} ${match[2] ?? '00:00:00'}'`;
}

/** The engine takes `0.1` as a decimal, which is exact up to here; beyond, only an exponent makes it a double. */
const decimalDigits = 15;

function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return `cast('nan' as double)`;
  if (!Number.isFinite(value)) return `cast('${value < 0 ? '-' : ''}infinity' as double)`;
  const text = String(value);
  const exact = Number.isSafeInteger(value) || (!text.includes('e') && text.replace(/\D/g, '').length <= decimalDigits);
  return signed(exact ? text : value.toExponential());
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

/** Only ASCII letters fold: `Foo` is `foo`, but `ÄB` is not `äb`. */
function foldIdentifier(name: string): string {
  // Asked millions of times in large projects, and most names are lower case.
  return /[A-Z]/.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

function identifierProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `contains the control character U+${hex(code)}`;
    if (code >= 0xd800 && code <= 0xdfff) return `contains half of a surrogate pair, U+${hex(code)}`;
  }
  return undefined;
}

/** Names of schemas, and of databases, which stand before a relation like a schema. */
const reservedSchemas = new Set(['information_schema', 'memory', 'pg_catalog', 'system', 'temp', databaseAlias]);

function isReservedSchema(name: string): boolean {
  return reservedSchemas.has(foldIdentifier(name));
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function relation({ database, schema, name }: Relation): string {
  const words = database === undefined ? [schema, name] : [database, schema, name];
  return words.map(quoteIdentifier).join('.');
}

export const dialect: Dialect = {
  engine: 'duckdb',
  library,
  steadiness,
  checks,
  compare,
  quoteIdentifier,
  needsQuotes,
  literal,
  relation,
  foldIdentifier,
  json: {
    holds: (type) => /\[\d*\]$|^(?:STRUCT|MAP|UNION)\(|^JSON$/i.test(type),
    text: (expression) => `cast(to_json(${expression}) as varchar)`,
    read: (expression, type) => `cast(cast(${expression} as json) as ${type})`,
    comparable: (expression, type) => (/^JSON$/i.test(type) ? `cast(json(${expression}) as varchar)` : expression),
  },
  identifierProblem,
  isReservedSchema,
  rowId: 'rowid',
  typeName: (type) => typeNames[type],
  tryCast: (expression, type) => `try_cast(${expression} as ${type})`,
  temporarySchema: 'temp',
  fileSource,
  delimitedFile,
};
