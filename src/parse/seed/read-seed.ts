/** Reads a seed for the first time: checks every byte, infers the types of its columns, and keeps no row. */
import { createHash } from 'node:crypto';
import type { Diagnostic, Outcome } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { DeclaredType } from './declared-type.ts';
import { readDeclaredType } from './declared-type.ts';
import { cellKind, inferType, kindOfCell } from './infer-type.ts';
import { ProblemList } from './problem-list.ts';
import { readBytes } from './read-bytes.ts';
import { fold, matchDeclaredTypes, readHeader } from './read-header.ts';
import { fieldForm, linesIn, RecordReader } from './record-reader.ts';
import type { Seed, SeedColumn, SeedOptions, SeedSource } from './seed.ts';
import { seedSizeLimit } from './seed.ts';

/** A column while its cells go by. */
interface ColumnScan {
  readonly name: string;
  /** As declared, and what it means; undefined where the type is inferred. */
  readonly declared: string | undefined;
  readonly type: DeclaredType | undefined;
  readonly masked: boolean;
  /** Union of the kinds of the cells so far. */
  kinds: number;
}

const longestShown = 40;

function shownValue(column: ColumnScan, value: string): string | undefined {
  if (column.masked) return undefined;
  const line = value.replaceAll(/\s+/g, ' ');
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line;
}

/** Notes what is wrong with the cell in `field` of the current record. */
function reportMisfit(reader: RecordReader, field: number, column: ColumnScan, problems: ProblemList): void {
  const start = reader.starts[field] ?? 0;
  const end = reader.ends[field] ?? 0;
  const doubled = reader.forms[field] === fieldForm.doubled;
  const value = reader.cell(field);
  const [bytes, from, to] = doubled ? [Buffer.from(value), 0, Buffer.byteLength(value)] : [reader.bytes, start, end];
  const misfit = column.type?.misfit?.(bytes, from, to);
  if (misfit === undefined) return;
  const line = reader.line + linesIn(reader.bytes, reader.start, start);
  const params = { line, column: column.name, value: shownValue(column, value), reason: misfit.reason, help: misfit.help };
  problems.addValue(params, reader.offsetOf(start), reader.offsetOf(end));
}

function scanRecord(reader: RecordReader, columns: readonly ColumnScan[], problems: ProblemList): void {
  const { bytes, starts, ends, forms } = reader;
  for (let field = 0; field < columns.length; field += 1) {
    const column = columns[field];
    const start = starts[field] ?? 0;
    const end = ends[field] ?? 0;
    if (column === undefined || start === end) continue;
    if (column.type === undefined) {
      if ((column.kinds & cellKind.text) === 0) {
        column.kinds |= forms[field] === fieldForm.doubled ? cellKind.text : kindOfCell(bytes, start, end);
      }
    } else if (
      column.type.misfit !== undefined &&
      (forms[field] === fieldForm.doubled || column.type.misfit(bytes, start, end) !== undefined)
    ) {
      reportMisfit(reader, field, column, problems);
    }
  }
}

const faultCodes = {
  'unclosed-quote': 'seed-unclosed-quote',
  'text-after-quote': 'seed-text-after-quote',
  'stray-quote': 'seed-stray-quote',
} as const;

function reportFault(reader: RecordReader, problems: ProblemList): void {
  const { fault, line } = reader;
  const offset = reader.offsetOf(reader.start);
  if (fault === 'nul') problems.add('seed-nul', { line, offset }, offset);
  else problems.add(faultCodes[fault], { line }, offset);
}

/** Whether the file has a form that engines read as `tx` does, as far as it has been read. */
interface FileForm {
  regular: boolean;
}

/** In bytes; engines have limits of their own. */
const longestRegularRecord = 256 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;

/** Whether a line may begin with a backslash: a line of `\.` ends the rows for some engines, in the midst of a quoted field too. */
function beginsWithBackslash(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(BACKSLASH); at >= 0; at = bytes.indexOf(BACKSLASH, at + 1)) {
    if (at === 0 || bytes[at - 1] === LF) return true;
  }
  return false;
}

/** Passes the bytes of a file on and notes what engines may read in another way. */
function* watched(chunks: Iterable<Uint8Array>, form: FileForm): Generator<Uint8Array, void, undefined> {
  let first = true;
  for (const chunk of chunks) {
    // The search of a Buffer costs nothing beside that of other arrays.
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (form.regular && (bytes.includes(CR) || (first && bytes[0] === 0xef) || beginsWithBackslash(bytes))) form.regular = false;
    first = false;
    yield chunk;
  }
}

/** Reads all records after the header; gives their number. */
function scanRecords(reader: RecordReader, columns: readonly ColumnScan[], problems: ProblemList, form: FileForm): number {
  let rows = 0;
  for (;;) {
    const step = reader.next();
    if (step === 'end') return rows;
    if (step === 'fault') reportFault(reader, problems);
    else if (reader.count === columns.length) {
      rows += 1;
      scanRecord(reader, columns, problems);
      if ((reader.ends[reader.count - 1] ?? 0) - reader.start > longestRegularRecord) form.regular = false;
    } else if (reader.isBlank()) form.regular = false;
    else {
      const params = { line: reader.line, found: reader.count, expected: columns.length };
      const offset = reader.offsetOf(reader.start);
      const last = reader.offsetOf(reader.ends[reader.count - 1] ?? 0);
      problems.add('seed-ragged-row', params, offset, Math.max(offset + 1, last));
    }
  }
}

function finishColumn(column: ColumnScan): SeedColumn {
  const { name, declared, type, kinds } = column;
  if (declared !== undefined) return { name, type: { kind: 'declared', type: declared, text: type?.text ?? false } };
  return { name, type: { kind: 'inferred', ...inferType(kinds) } };
}

/** Moves to the first line that is not blank; false when there is none, or it cannot be read. */
function findHeader(reader: RecordReader, problems: ProblemList, form: FileForm): boolean {
  for (;;) {
    const step = reader.next();
    if (step === 'record' && reader.isBlank()) {
      form.regular = false;
      continue;
    }
    if (step === 'fault') reportFault(reader, problems);
    return step === 'record';
  }
}

function scanColumns(
  reader: RecordReader,
  delimiter: string,
  options: SeedOptions,
  problems: ProblemList,
): readonly ColumnScan[] | undefined {
  const header = readHeader(reader, delimiter, problems);
  if (header === undefined) return undefined;
  const types = matchDeclaredTypes(header, options, problems);
  const masked = new Set(options.maskedColumns?.map(fold));
  return header.map((name, index) => {
    const declared = types[index];
    const type = declared === undefined ? undefined : readDeclaredType(declared);
    return { name, declared, type, masked: masked.has(fold(name)), kinds: 0 };
  });
}

/** The problem that keeps the file from being read at all, if there is one. */
function problemAhead(source: SeedSource, options: SeedOptions): Diagnostic | undefined {
  const { path, size } = source;
  const limit = options.sizeLimit ?? seedSizeLimit;
  if (size > limit) return diagnose('seed-too-large', { path, size, limit }, { span: { path, start: 0, end: 0 }, node: options.node });
  const { delimiter } = options;
  if (delimiter === undefined || (delimiter.value.length === 1 && !/["\r\n\0]/.test(delimiter.value))) return undefined;
  return diagnose('seed-delimiter', { delimiter: delimiter.value }, { span: delimiter.span, node: options.node });
}

/**
 * Checks a seed file from end to end and tells its columns, types, number of rows and hash; undefined when anything is
 * wrong with it. A line with nothing on it is no row, save in a file of one column, where it is an empty cell.
 */
export function readSeed(source: SeedSource, options: SeedOptions = {}): Outcome<Seed | undefined> {
  const ahead = problemAhead(source, options);
  if (ahead !== undefined) return { value: undefined, diagnostics: [ahead] };
  const { path } = source;
  const delimiter = options.delimiter?.value ?? (path.toLowerCase().endsWith('.tsv') ? '\t' : ',');
  const problems = new ProblemList(path, options.node);
  const hash = createHash('sha256');
  const form: FileForm = { regular: true };
  const text = readBytes(watched(source.chunks(), form), hash);
  const reader = new RecordReader(text, delimiter);
  const found = findHeader(reader, problems, form);
  const columns = found ? scanColumns(reader, delimiter, options, problems) : undefined;
  const rowCount = columns === undefined ? 0 : scanRecords(reader, columns, problems, form);
  // A header that cannot be read ends the scan early; the rest may still tell that the file is no text at all.
  while (text.next().done !== true);
  if (text.problem !== undefined) {
    // What was read of the file ends anywhere, so that other problems may be none.
    const params = { path, ...text.problem };
    return { value: undefined, diagnostics: [diagnose('seed-encoding', params, { span: { path, start: 0, end: 0 }, node: options.node })] };
  }
  if (!found && problems.count === 0) problems.add('seed-empty', { path }, 0, 0);
  if (columns === undefined || problems.count > 0) return { value: undefined, diagnostics: problems.list() };
  const untyped = columns.filter((column) => column.type === undefined).map((column) => column.name);
  if (rowCount === 0 && untyped.length > 0) {
    problems.add('seed-no-rows', { path, columns: untyped }, 0, 0);
    return { value: undefined, diagnostics: problems.list() };
  }
  return {
    value: {
      path,
      delimiter,
      columns: columns.map(finishColumn),
      rowCount,
      regular: form.regular && columns.length > 1,
      contentHash: hash.digest('hex'),
    },
    diagnostics: [],
  };
}

/** The hash that {@link readSeed} gives as `contentHash`, without reading the file as CSV. */
export function hashSeed(source: SeedSource): string {
  const hash = createHash('sha256');
  for (const chunk of source.chunks()) hash.update(chunk);
  return hash.digest('hex');
}
