/** Writes rows into files and reads them back with the types that they had. */
import type { FileForm, FileOptions } from '../../adapter/file-form.ts';
import type { ReadFiles, WriteFiles } from '../../adapter/operation.ts';
import type { Column } from '../../adapter/relation.ts';
import { embed } from '../../adapter/statement.ts';
import type { Statement } from '../../adapter/statement.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { blankSemicolons } from '../../adapter/sql-tokens.ts';

/** Rows whose partitions nobody made still need their columns. */
const emptyName = 'empty';

/** Values that a format would keep as something less exact are written as something that it keeps. */
function writtenType(type: string, { format }: FileForm): string | undefined {
  // Parquet has no integers of 128 bits; the engine would take floating-point numbers.
  if (format === 'parquet' && /\bU?HUGEINT\b/.test(type)) return type.replaceAll(/\bU?HUGEINT\b/g, 'DECIMAL(38,0)');
  // JSON numbers are read as floating-point numbers where they are long.
  if (format === 'json' && /^(?:U?HUGEINT|DECIMAL\(.*\))$/.test(type)) return 'VARCHAR';
  return undefined;
}

export function writeFiles({ path, form, query, columns, isEmpty }: WriteFiles): readonly Statement[] {
  const folders = form.partitionBy.map(dialect.foldIdentifier);
  const casts = columns.flatMap(({ name, type }) => {
    const column = quoteIdentifier(name);
    if (type === 'VARCHAR' && folders.includes(dialect.foldIdentifier(name))) return [`${telling(name)} as ${column}`];
    const written = writtenType(type, form);
    return written === undefined ? [] : [`cast(${column} as ${written}) as ${column}`];
  });
  const list = casts.length === 0 ? '*' : `* replace (${casts.join(', ')})`;
  const isFolder = form.partitionBy.length > 0 && isEmpty !== true;
  const to = form.partitionBy.length > 0 && isEmpty === true ? `${path}/${emptyName}.${form.format}` : path;
  const partitions = isFolder ? [`partition_by (${form.partitionBy.map(quoteIdentifier).join(', ')})`] : [];
  const options = [`format ${form.format}`, ...copyOptions(form), ...partitions];
  const limit = isEmpty === true ? ' limit 0' : '';
  // The newline before the parenthesis ends a trailing line comment of the user. Same length, so offsets stay.
  const rows = { ...query, sql: blankSemicolons(query.sql) };
  return [embed(`copy (select ${list} from (\n`, rows, `\n) as written${limit}) to ${quoteText(to)} (${options.join(', ')})`)];
}

/** The name of a folder cannot say these texts: they would be read as no value. */
function telling(name: string): string {
  const column = quoteIdentifier(name);
  const problem = quoteText(`a value of ${name}, by which files are divided into folders, is a text that stands for no value there: `);
  return `case when upper(${column}) in ('NULL', '__HIVE_DEFAULT_PARTITION__') then error(${problem} || ${column}) else ${column} end`;
}

function copyOptions({ format, options }: FileForm): readonly string[] {
  const { compression, compressionLevel, rowGroupSize, array } = options;
  const packed = compression === undefined ? [] : [`compression ${quoteText(compression)}`];
  if (format === 'parquet')
    return [
      ...packed,
      ...(compressionLevel === undefined ? [] : [`compression_level ${compressionLevel}`]),
      ...(rowGroupSize === undefined ? [] : [`row_group_size ${rowGroupSize}`]),
    ];
  if (format === 'json') return [...packed, ...(array === true ? ['array true'] : [])];
  return [...packed, `header ${options.header !== false}`, `delimiter ${delimiterOf(options)}`, `quote '"'`, `escape '"'`, `nullstr ''`];
}

const delimiterOf = ({ delimiter }: FileOptions): string => quoteText(delimiter ?? ',');

export function readFiles({ view, temporary, existing, path, form, columns, isEmpty }: ReadFiles): readonly Statement[] {
  const name = temporary ? quoteIdentifier(view.name) : dialect.relation(view);
  const create = `create ${temporary ? 'temp ' : ''}view ${name} as\n${readingSql(path, form, columns, isEmpty === true)}`;
  // A hook may have dropped the view already.
  const drop = existing === undefined ? [] : [existing === 'table' ? `drop table ${name}` : `drop view if exists ${name}`];
  return [...drop, create].map((sql) => ({ sql }));
}

function readingSql(path: string, form: FileForm, columns: readonly Column[], isEmpty: boolean): string {
  const partitions = isEmpty ? [] : form.partitionBy.map((each) => dialect.foldIdentifier(each));
  const inFiles = columns.filter(({ name }) => !partitions.includes(dialect.foldIdentifier(name)));
  const types = columns.filter((column) => !inFiles.includes(column)).map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`);
  const hive = types.length === 0 ? ['hive_partitioning = false'] : ['hive_partitioning = true', `hive_types = {${types.join(', ')}}`];
  const from = form.partitionBy.length === 0 ? path : `${path}/**/*.${form.format}`;
  const list = columns.map(({ name, type }) => `cast(${quoteIdentifier(name)} as ${type}) as ${quoteIdentifier(name)}`);
  return `select ${list.join(', ')}\nfrom ${readerOf(form)}(${[quoteText(from), ...readerOptions(form, inFiles), ...hive].join(', ')})`;
}

const readerOf = ({ format }: FileForm): string => (format === 'csv' ? 'read_csv' : format === 'json' ? 'read_json' : 'read_parquet');

function readerOptions({ format, options }: FileForm, columns: readonly Column[]): readonly string[] {
  if (format === 'parquet') return [];
  const packed = options.compression === undefined ? [] : [`compression = ${quoteText(options.compression)}`];
  const types = columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(isText(type, format) ? 'VARCHAR' : type)}`);
  const typed = `columns = {${types.join(', ')}}`;
  if (format === 'json') return [`format = ${options.array === true ? `'array'` : `'newline_delimited'`}`, typed, ...packed];
  return [
    'auto_detect = false',
    `header = ${options.header !== false}`,
    `delim = ${delimiterOf(options)}`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ''`,
    'allow_quoted_nulls = false',
    typed,
    ...packed,
  ];
}

/** What is written as one text is read as a text, which is cast then. */
function isText(type: string, format: FileForm['format']): boolean {
  if (format === 'json') return type === 'BLOB';
  return /[[(]/.test(type) && !/^(?:DECIMAL|VARCHAR|ENUM)\([^)]*\)$/.test(type);
}
