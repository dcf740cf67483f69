/** Turns a declared file source into the call of DuckDB's reader. */
import type { DelimitedFile, ExternalFile, FileOption } from '../../adapter/dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const CALL = /^\s*[a-z_][a-z0-9_.]*\s*\([^]*\)\s*$/i;
const SUFFIX = /\.([a-z0-9]+)(?:\.(?:gz|zst))?$/i;

const readers: Readonly<Record<string, string>> = {
  csv: 'read_csv',
  tsv: 'read_csv',
  json: 'read_json',
  jsonl: 'read_json',
  ndjson: 'read_json',
  parquet: 'read_parquet',
};

function optionValue(value: FileOption): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteText(value);
  if (typeof value !== 'object') return String(value);
  // `Array.isArray` does not narrow a readonly array out of the union; the branch proves it.
  if (Array.isArray(value)) return `[${(value as readonly FileOption[]).map(optionValue).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${quoteText(name)}: ${optionValue(field)}`);
  return `{${fields.join(', ')}}`;
}

/** The reader with its options as named arguments; undefined when no reader is known for the file. */
export function fileSource({ location, format, options }: ExternalFile): string | undefined {
  if (CALL.test(location)) return location.trim();
  const kind = (format ?? SUFFIX.exec(location)?.[1] ?? '').toLowerCase();
  const reader = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (reader === undefined) return undefined;
  const given: Readonly<Record<string, FileOption>> = kind === 'tsv' ? { delim: '\t', ...options } : options;
  const named = Object.entries(given).map(([name, value]) => `, ${quoteIdentifier(name)} = ${optionValue(value)}`);
  return `${reader}(${quoteText(location)}${named.join('')})`;
}

/** Nothing is guessed: the settings say how each byte is read, and every column is text. */
export function delimitedFile({ path, delimiter, columns }: DelimitedFile): string {
  const types = columns.map((column) => `${quoteText(column)}: 'VARCHAR'`).join(', ');
  const form = `auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', strict_mode = true, hive_partitioning = false`;
  return `read_csv(${quoteText(path)}, ${form}, nullstr = '', allow_quoted_nulls = false, columns = {${types}})`;
}
