/** Reads in which files the rows of an external model are kept, and finds what cannot be so. */
import { posix } from 'node:path';
import type { FileForm, FileFormat, FileOptions } from '../adapter/file-form.ts';
import type { Relation } from '../adapter/relation.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Project } from '../project/project.ts';
import type { NodeId } from './compiled.ts';
import type { ExternalConfig } from './external-rules.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue } from './merge-config.ts';

const suffixes: Readonly<Record<string, FileFormat>> = {
  parquet: 'parquet',
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
};
const packed: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd' };

/** What each format can be told, and the ways to pack it. */
const optionsOf: Readonly<Record<FileFormat, readonly (keyof FileOptions)[]>> = {
  parquet: ['compression', 'compressionLevel', 'rowGroupSize'],
  csv: ['compression', 'delimiter', 'header'],
  json: ['compression', 'array'],
};
const compressionsOf: Readonly<Record<FileFormat, readonly string[]>> = {
  parquet: ['snappy', 'zstd', 'gzip', 'brotli', 'lz4', 'uncompressed'],
  csv: ['none', 'gzip', 'zstd'],
  json: ['none', 'gzip', 'zstd'],
};

/** Undefined for models that are not kept in files. */
export function externalConfig(merged: MergedConfig, project: Project, relation: Relation): ExternalConfig | undefined {
  if (configValue(merged, 'materialized') !== 'external') return undefined;
  const given = configValue(merged, 'location');
  const ending = endingOf(given ?? '');
  const format = configValue(merged, 'format') ?? ending.format ?? 'parquet';
  const options = {
    ...(ending.compression === undefined || format === 'parquet' ? {} : { compression: ending.compression }),
    ...givenOptions(merged),
  };
  const partitionBy = configValue(merged, 'partition_by') ?? [];
  const location = locationOf(given, project, relation, { format, partitionBy, options });
  const isOwn = location.startsWith(`${posix.join(project.paths.target, 'external')}/`);
  return { location, ...(isOwn ? { isOwn } : {}), format, partitionBy, options };
}

function givenOptions(merged: MergedConfig): FileOptions {
  const given = configValue(merged, 'options');
  if (given === undefined) return {};
  const { compression, compression_level: compressionLevel, row_group_size: rowGroupSize, delimiter, header, array } = given;
  const all = { compression, compressionLevel, rowGroupSize, delimiter, header, array };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

/** What the end of a path says of the file. */
function endingOf(location: string): { readonly format?: FileFormat; readonly compression?: string } {
  const [, word = '', pack = ''] = /\.([a-z]+)(?:\.(gz|zst))?$/i.exec(location) ?? [];
  const format = suffixes[word.toLowerCase()];
  const compression = packed[pack.toLowerCase()];
  return { ...(format === undefined ? {} : { format }), ...(compression === undefined ? {} : { compression }) };
}

/** The end of the path of a file that says no format; numbers, as of versions, are no end. */
function unknownEnding(location: string): string | undefined {
  if (endingOf(location).format !== undefined) return undefined;
  return /\.([a-z0-9]*[a-z][a-z0-9]*)$/i.exec(location)?.[1];
}

/**
 * Where nothing is said, beside the other output of the project, in a folder for each schema. A location that ends in `/` is the
 * folder for a file of the model's name. Environments never write to the place of the target.
 */
function locationOf(given: string | undefined, project: Project, { schema, name }: Relation, form: FileForm): string {
  const own = fileName(form.partitionBy.length > 0 ? name : `${name}${endingFor(form)}`);
  const beside = posix.join(project.paths.target, 'external');
  if (given === undefined) return posix.join(beside, fileName(schema), own);
  const named = given.endsWith('/') ? `${given}${own}` : given;
  if (project.target.env === undefined) return posix.normalize(named);
  return posix.isAbsolute(named) ? posix.join(beside, fileName(schema), own) : posix.join(beside, posix.normalize(named));
}

function endingFor({ format, options: { compression } }: FileForm): string {
  const pack = format === 'parquet' ? undefined : Object.entries(packed).find(([, name]) => name === compression)?.[0];
  return `.${format}${pack === undefined ? '' : `.${pack}`}`;
}

/** A name as a file can have it: what separates folders, or stands for other letters in a pattern, is spelled out. */
function fileName(name: string): string {
  const spelled = name.replaceAll(/[/\\:*?"<>|[\]{}%\p{Cc}]/gu, (letter) => encodeURIComponent(letter).replace('*', '%2A'));
  return /^\.+$/.test(spelled) ? spelled.replaceAll('.', '%2E') : spelled;
}

/** What is wrong with the place or the form of the files of a model. */
export function findExternalProblems(
  id: NodeId,
  external: ExternalConfig | undefined,
  merged: MergedConfig,
  project: Project,
): readonly Diagnostic[] {
  if (external === undefined) return [];
  const at = (key: string): { readonly node: NodeId; readonly span: MergedConfig['raw'][string]['span'] | undefined } => ({
    node: id,
    span: (merged.raw[key] ?? merged.raw['materialized'])?.span,
  });
  const problems: Diagnostic[] = [];
  const given = configValue(merged, 'location');
  const why = given === undefined ? undefined : whyNotThere(given, project);
  if (given !== undefined && why !== undefined) problems.push(diagnose('location-not-possible', { location: given, why }, at('location')));
  const unknown = given === undefined || external.partitionBy.length > 0 ? undefined : unknownEnding(given);
  if (unknown !== undefined && configValue(merged, 'format') === undefined) {
    const why = `it ends like ${unknown}, which is not written: let it end in .parquet, .csv or .json, or name the \`format\``;
    problems.push(diagnose('location-not-possible', { location: given ?? '', why }, at('location')));
  }
  const ending = endingOf(given ?? '').format;
  if (ending !== undefined && ending !== external.format) {
    const parameters = { location: given ?? '', why: `it ends like ${ending}, and the \`format\` is ${external.format}` };
    problems.push(diagnose('location-not-possible', parameters, at('location')));
  }
  if (external.format === 'json' && external.partitionBy.length > 0) {
    const problem = { what: 'JSON files are not divided into folders', expected: 'take `partition_by` away, or `format: parquet`' };
    problems.push(diagnose('file-option-wrong', problem, at('partition_by')));
  }
  const expression = external.partitionBy.find((entry) => entry.startsWith('('));
  if (expression !== undefined)
    problems.push(
      diagnose(
        'file-option-wrong',
        {
          what: `\`partition_by\` names \`${expression}\``,
          expected: 'folders are named by columns alone: give the query a column for it',
        },
        at('partition_by'),
      ),
    );
  return [...problems, ...findOptionProblems(external).map((problem) => diagnose('file-option-wrong', problem, at('options')))];
}

function findOptionProblems({ format, options }: FileForm): readonly { readonly what: string; readonly expected: string }[] {
  const spelled: Readonly<Record<keyof FileOptions, string>> = {
    compression: 'compression',
    compressionLevel: 'compression_level',
    rowGroupSize: 'row_group_size',
    delimiter: 'delimiter',
    header: 'header',
    array: 'array',
  };
  const known = optionsOf[format];
  // The keys are those of the type, which Object.keys forgets.
  const unknown = (Object.keys(options) as (keyof FileOptions)[]).filter((key) => !known.includes(key));
  const problems = unknown.map((key) => ({
    what: `\`${spelled[key]}\` means nothing to ${format} files`,
    expected: `they have ${known.map((each) => `\`${spelled[each]}\``).join(', ')}`,
  }));
  const { compression, compressionLevel } = options;
  if (compression !== undefined && !compressionsOf[format].includes(compression))
    problems.push({
      what: `${format} files are not packed by \`${compression}\``,
      expected: `take one of ${compressionsOf[format].map((each) => `\`${each}\``).join(', ')}`,
    });
  if (compressionLevel !== undefined && compression !== 'zstd' && format === 'parquet')
    problems.push({ what: '`compression_level` is for `compression: zstd`', expected: 'name both, or none of them' });
  return problems;
}

/** Undefined for a place where `tx` may write. */
function whyNotThere(location: string, { paths, file, target: { settings } }: Project): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return 'it is an address, and files are written to disks';
  if (/[*?[\]{}\\]/.test(location)) return 'it has a letter that stands for others when files are looked for';
  if (/\p{Cc}/u.test(location)) return 'it has a letter that nobody can see';
  if (posix.isAbsolute(location)) return undefined;
  const path = posix.normalize(location).replace(/\/$/, '');
  if (path === '.' || path === '') return 'it is the folder of the project';
  if (path === '..' || path.startsWith('../')) return 'it leads out of the project: write an absolute path if that is meant';
  if (path === file.path || path.split('/')[0] === '.git') return 'it belongs to the project';
  const { target, ...folders } = paths;
  const own = Object.values(folders)
    .flat()
    .map((folder) => posix.normalize(folder).replace(/\/$/, ''));
  const held = own.find((folder) => holds(folder, path) || holds(path, folder));
  if (held !== undefined) return `\`${held}\` holds files of the project`;
  const output = posix.normalize(target);
  if (holds(path, output) || (holds(output, path) && !holds(`${output}/external`, path)))
    return `\`${target}\` holds other output: only \`${output}/external\` is for such files`;
  const database = typeof settings['path'] === 'string' ? posix.normalize(settings['path']) : undefined;
  return database !== undefined && (holds(path, database) || path === `${database}.wal`)
    ? 'the database of the target is there'
    : undefined;
}

const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);
