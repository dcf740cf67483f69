/** Reads a seed for the second time, for the engine's bulk path: its rows one by one, or its bytes as they are. */
import { createHash } from 'node:crypto';
import type { DelimitedText } from '../../adapter/connection.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { readBytes } from './read-bytes.ts';
import { fieldForm, RecordReader } from './record-reader.ts';
import type { Seed, SeedSource, SeedType } from './seed.ts';

/** Thrown while rows are read when the file is no longer the one that was checked: what was loaded must be rolled back. */
export class SeedChanged extends Error {
  override readonly name = 'SeedChanged';
  readonly diagnostic: Diagnostic;

  constructor(path: string) {
    const diagnostic = diagnose('seed-changed', { path }, { span: { path, start: 0, end: 0 } });
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Whether an empty quoted cell is empty text; in any other column it is NULL. */
export function isTextType(type: SeedType): boolean {
  return type.kind === 'declared' ? type.text : type.type === 'text';
}

/**
 * The rows of a seed that {@link readSeed} let through, as text; an empty cell is null, and so is `""` unless the column
 * is text. Every row is an array of its own.
 */
export function* seedRows(source: SeedSource, seed: Seed): Generator<(string | null)[], void, undefined> {
  const hash = createHash('sha256');
  const reader = new RecordReader(readBytes(source.chunks(), hash), seed.delimiter);
  const width = seed.columns.length;
  const keepsEmpty = seed.columns.map((column) => isTextType(column.type));
  let rows = -1;
  for (let step = reader.next(); step !== 'end'; step = reader.next()) {
    if (step === 'fault') throw new SeedChanged(seed.path);
    if (reader.isBlank() && (rows < 0 || width > 1)) continue;
    if (reader.count !== width) throw new SeedChanged(seed.path);
    rows += 1;
    if (rows === 0) continue;
    const row: (string | null)[] = [];
    for (let field = 0; field < width; field += 1) {
      const isEmpty = reader.starts[field] === reader.ends[field];
      if (isEmpty) row.push(reader.forms[field] !== fieldForm.plain && keepsEmpty[field] === true ? '' : null);
      else row.push(reader.cell(field));
    }
    yield row;
  }
  if (hash.digest('hex') !== seed.contentHash) throw new SeedChanged(seed.path);
}

function* seedBytes(source: SeedSource, seed: Seed): Generator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for (const chunk of source.chunks()) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== seed.contentHash) throw new SeedChanged(seed.path);
}

/** The same rows as {@link seedRows} gives, as they stand in the file; undefined where an engine may read them otherwise. */
export function seedText(source: SeedSource, seed: Seed): DelimitedText | undefined {
  if (!seed.regular) return undefined;
  const withoutEmpty = seed.columns.filter(({ type }) => !isTextType(type)).map(({ name }) => name);
  return { delimiter: seed.delimiter, withoutEmpty, chunks: () => seedBytes(source, seed) };
}
