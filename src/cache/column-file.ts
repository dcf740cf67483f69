/**
 * Columns in files: a whole file, and a small one beside it with what has changed since. Each column is read when it is
 * looked at, by its place in the file.
 */
import type { FileSystem, OpenFile } from '../project/file-system.ts';
import { checksum } from './checksum.ts';
import type { Column, ColumnPatch, ColumnType, StoredColumn } from './column.ts';
import { bytesPerNumber, numbersOf } from './column.ts';
import { damaged } from './damaged.ts';
import { openCached } from './open-cached.ts';

const magic = 'tx columns 1\n';
/** Magic, length of the header, checksum of the header. */
const preambleSize = magic.length + 8;
/** Most files end their header here, so that one read is enough. */
const firstRead = 8192;

interface ColumnPlace {
  readonly name: string;
  readonly type: ColumnType;
  /** Numbers of the column. */
  readonly count: number;
  readonly offset: number;
  readonly sum: number;
  /** In the small file: where each stretch starts, and how many numbers it has. */
  readonly patches?: readonly (readonly [number, number])[];
}

interface Header {
  /** What wrote the file: another build reads it as nothing. */
  readonly build: string;
  /** Tells this whole file from all others; the small file names that of its whole one. */
  readonly id: string;
  readonly columns: readonly ColumnPlace[];
  readonly notes: unknown;
}

/** Columns as they were read. */
export interface StoredColumns {
  readonly id: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly columns: ReadonlyMap<string, StoredColumn & { readonly type: ColumnType }>;
  /** What was written with the columns. */
  readonly notes: unknown;
  readonly close: () => void;
}

/** Reads the columns at `path` and the changes at `changesPath`; undefined where there are none that this build understands. */
export function readColumns(files: FileSystem, path: string, changesPath: string, build: string): StoredColumns | undefined {
  const file = openCached(files, path);
  if (file === undefined) return undefined;
  try {
    const header = readHeader(file, build);
    if (header !== undefined) return storedColumns(file, header, readChanges(files, changesPath, build, header.id));
  } catch (cause) {
    file.close();
    throw cause;
  }
  file.close();
  return undefined;
}

function storedColumns(file: OpenFile, header: Header, changes: Changes | undefined): StoredColumns {
  const columns = new Map<string, StoredColumn & { readonly type: ColumnType }>();
  for (const place of header.columns) {
    const changed = changes?.columns.get(place.name);
    columns.set(place.name, {
      type: place.type,
      count: place.count,
      length: changed?.length ?? place.count,
      load: () => loadColumn(file, place),
      patches: changed?.patches ?? [],
    });
  }
  return { id: header.id, size: file.size, columns, notes: changes?.notes ?? header.notes, close: file.close };
}

function readHeader(file: OpenFile, build: string): Header | undefined {
  const start = file.read(0, Math.min(firstRead, file.size));
  if (start.length < preambleSize || new TextDecoder('latin1').decode(start.subarray(0, magic.length)) !== magic) return undefined;
  const view = new DataView(start.buffer, start.byteOffset + magic.length);
  const [length, sum] = [view.getUint32(0, true), view.getUint32(4, true)];
  const end = preambleSize + length;
  const bytes = end <= start.length ? start.slice(preambleSize, end) : file.read(preambleSize, length);
  if (bytes.length < length || checksum(bytes) !== sum) return undefined;
  // A header whose checksum is right was written by `writeFile` below.
  const header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
  const last = header.columns.at(-1);
  const isWhole = last === undefined || file.size >= last.offset + sizeOf(last);
  return header.build === build && isWhole ? header : undefined;
}

function sizeOf({ type, count, patches }: ColumnPlace): number {
  const numbers = patches === undefined ? count : patches.reduce((sum, [, length]) => sum + length, 0);
  return numbers * bytesPerNumber[type];
}

function loadColumn(file: OpenFile, place: ColumnPlace): ReturnType<StoredColumn['load']> {
  const size = sizeOf(place);
  const bytes = file.read(place.offset, size);
  if (bytes.length < size || checksum(bytes) !== place.sum) damaged(`column ${place.name}`);
  return numbersOf(place.type, bytes);
}

interface Changes {
  readonly columns: ReadonlyMap<string, Pick<StoredColumn, 'length' | 'patches'>>;
  readonly notes: unknown;
}

/** Changes that belong to another file are left alone: somebody wrote a new whole one since. */
function readChanges(files: FileSystem, path: string, build: string, id: string): Changes | undefined {
  const file = openCached(files, path);
  if (file === undefined) return undefined;
  try {
    const header = readHeader(file, build);
    if (header === undefined || header.id !== id) return undefined;
    const columns = new Map<string, Pick<StoredColumn, 'length' | 'patches'>>();
    for (const place of header.columns) {
      const numbers = loadColumn(file, place);
      let at = 0;
      const list = (place.patches ?? []).map(([start, length]) => ({ start, numbers: numbers.slice(at, (at += length)) }));
      columns.set(place.name, { length: place.count, patches: list });
    }
    return { columns, notes: header.notes };
  } finally {
    file.close();
  }
}

export type NamedColumns = ReadonlyMap<string, Column>;

export interface FileContent {
  readonly build: string;
  readonly id: string;
  readonly notes: unknown;
}

/** Writes all columns to `path`. */
export function writeColumns(files: FileSystem, path: string, columns: NamedColumns, content: FileContent): void {
  const parts = [...columns].map(([name, column]) => ({ name, type: column.type, count: column.count, bytes: column.bytes() }));
  writeFile(files, path, parts, content);
}

/** Writes to `path` what differs from the whole file that has the id `content.id`. */
export function writeChanges(files: FileSystem, path: string, changes: ReadonlyMap<string, ColumnChanges>, content: FileContent): void {
  const parts = [...changes].map(([name, { type, count, patches }]) => {
    const bytes = new Uint8Array(patches.reduce((size, { numbers }) => size + numbers.byteLength, 0));
    let at = 0;
    for (const { numbers } of patches) {
      bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
      at += numbers.byteLength;
    }
    return { name, type, count, bytes, patches: patches.map(({ start, numbers }) => [start, numbers.length] as const) };
  });
  writeFile(files, path, parts, content);
}

export interface ColumnChanges {
  readonly type: ColumnType;
  readonly count: number;
  readonly patches: readonly ColumnPatch[];
}

/** What has changed in each column, and how many bytes that makes. */
export function collectChanges(columns: NamedColumns): { readonly changes: ReadonlyMap<string, ColumnChanges>; readonly size: number } {
  const changes = new Map<string, ColumnChanges>();
  let size = 0;
  for (const [name, column] of columns) {
    const patches = column.patches();
    if (patches.length === 0) continue;
    changes.set(name, { type: column.type, count: column.count, patches });
    for (const { numbers } of patches) size += numbers.byteLength;
  }
  return { changes, size };
}

interface Part {
  readonly name: string;
  readonly type: ColumnType;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly patches?: readonly (readonly [number, number])[];
}

function writeFile(files: FileSystem, path: string, parts: readonly Part[], { build, id, notes }: FileContent): void {
  const sums = parts.map(({ bytes }) => checksum(bytes));
  const place = (start: number): readonly ColumnPlace[] => {
    let offset = start;
    return parts.map(({ name, type, count, bytes, patches }, index) => {
      const at = offset;
      offset += align(bytes.length);
      return { name, type, count, offset: at, sum: sums[index] ?? 0, ...(patches === undefined ? {} : { patches }) };
    });
  };
  const encode = (columns: readonly ColumnPlace[]): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(JSON.stringify({ build, id, columns, notes } satisfies Header));
  // The places stand in the header, whose length decides about them: with some room to spare, it does not.
  const start = align(preambleSize + encode(place(1 << 30)).length + 64);
  const columns = place(start);
  const header = encode(columns);
  const last = columns.at(-1);
  const bytes = new Uint8Array(last === undefined ? start : last.offset + align(parts.at(-1)?.bytes.length ?? 0));
  new TextEncoder().encodeInto(magic, bytes);
  const view = new DataView(bytes.buffer, magic.length);
  view.setUint32(0, header.length, true);
  view.setUint32(4, checksum(header), true);
  bytes.set(header, preambleSize);
  parts.forEach((part, at) => bytes.set(part.bytes, columns[at]?.offset ?? 0));
  files.writeAtomic(path, bytes);
}

/** Numbers of eight bytes lie at multiples of eight. */
function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}
