/**
 * What the binder of an engine found out, by a digest of all that it depends on: whoever asks the same once more need not
 * start the engine. One store for all targets and variables of a project.
 */
import type { FileSystem } from '../project/file-system.ts';
import { readColumns, writeColumns } from './column-file.ts';
import { ColumnSet } from './column-set.ts';
import { CacheDamaged } from './damaged.ts';
import { moveReference, openSegments, Segments, segmentOf } from './segments.ts';
import type { SegmentName } from './segments.ts';

export interface BindingStore {
  /** The text that was added under a digest, by this process or an earlier one. */
  readonly find: (digest: string) => string | undefined;
  readonly add: (digest: string, text: string) => void;
  /** Keeps what was added for the next process. Nothing may be asked after that. */
  readonly close: () => void;
}

export interface BindingStoreInput {
  readonly files: FileSystem;
  /** Absolute: a folder of its own. */
  readonly folder: string;
  /** What writes the store: another build reads it as nothing. */
  readonly build: string;
  /** A word that no other process has. */
  readonly unique: string;
  readonly now: number;
  readonly limits?: BindingLimits;
}

export interface BindingLimits {
  /** Bytes of texts. Of more, those that nobody asked for longest go. */
  readonly size: number;
  /** More files of texts are put together. */
  readonly segments: number;
}

const usualLimits: BindingLimits = { size: 128 * 1024 * 1024, segments: 8 };

/** Digests are of 128 bits. */
const layout = { a: 'i32', b: 'i32', c: 'i32', d: 'i32', text: 'f64', size: 'i32', used: 'i32' } as const;

interface Entry {
  /** Reference into the segments. */
  readonly text: number;
  readonly size: number;
  /** The day that it was asked for last. */
  used: number;
}

interface Notes {
  readonly segments: readonly SegmentName[];
}

interface Kept {
  readonly entries: Map<string, Entry>;
  readonly segments: Segments;
}

const columnsName = 'bindings.columns';
const segmentEnding = '.texts';
/** A file that nobody refers to may belong to a process that is about to; after this long it does not. */
const oldMs = 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

/** Opens the store in the folder. What is damaged, or of another build, counts as not there. */
export function openBindingStore(input: BindingStoreInput): BindingStore {
  const { entries, segments } = readKept(input);
  const today = Math.floor(input.now / dayMs);
  const added = new Map<string, string>();
  const touched = new Set<string>();
  return {
    find: (digest) => {
      const entry = entries.get(digest);
      if (entry === undefined) return added.get(digest);
      try {
        const text = segments.get(entry.text);
        if (entry.used !== today) touched.add(digest);
        return text;
      } catch (cause) {
        if (!(cause instanceof CacheDamaged)) throw cause;
        entries.delete(digest);
        return undefined;
      }
    },
    add: (digest, text) => void added.set(digest, text),
    close: () => {
      segments.close();
      if (added.size + touched.size > 0) keep(input, { added, touched, today });
    },
  };
}

interface News {
  readonly added: ReadonlyMap<string, string>;
  /** What was asked for today for the first time. */
  readonly touched: ReadonlySet<string>;
  readonly today: number;
}

/** Others may have added to the store since it was read: it is read again, and what is new put to that. */
function keep(input: BindingStoreInput, { added, touched, today }: News): void {
  const kept = readKept(input);
  try {
    for (const digest of touched) {
      const entry = kept.entries.get(digest);
      if (entry !== undefined) entry.used = today;
    }
    save(input, kept, added, today);
  } catch (cause) {
    // What is damaged must not stand in the way for ever. A read-only checkout or a full disk may be another one next time.
    if (cause instanceof CacheDamaged) forget(input);
  } finally {
    kept.segments.close();
  }
}

function forget({ files, folder }: BindingStoreInput): void {
  try {
    files.remove(`${folder}/${columnsName}`);
  } catch {
    // A read-only checkout.
  }
}

function readKept({ files, folder, build }: BindingStoreInput): Kept {
  let stored: ReturnType<typeof readColumns>;
  try {
    stored = readColumns(files, `${folder}/${columnsName}`, `${folder}/bindings.changes`, build);
    if (stored === undefined) return nothingKept();
    // Written by `save` of the same build.
    const segments = openSegments(files, folder, (stored.notes as Notes).segments);
    if (segments === undefined) return nothingKept();
    const { columns, count } = new ColumnSet(stored).table('binding', layout);
    const [a, b, c, d] = [columns.a.numbers, columns.b.numbers, columns.c.numbers, columns.d.numbers];
    const entries = new Map<string, Entry>();
    for (let row = 0; row < count; row += 1) {
      const digest = wordOf([a[row] ?? 0, b[row] ?? 0, c[row] ?? 0, d[row] ?? 0]);
      entries.set(digest, { text: columns.text.get(row), size: columns.size.get(row), used: columns.used.get(row) });
    }
    return { entries, segments: new Segments(segments) };
  } catch (cause) {
    if (!(cause instanceof CacheDamaged)) throw cause;
    return nothingKept();
  } finally {
    stored?.close();
  }
}

const nothingKept = (): Kept => ({ entries: new Map(), segments: new Segments([]) });

function wordOf(numbers: readonly number[]): string {
  return numbers.map((number) => (number >>> 0).toString(16).padStart(8, '0')).join('');
}

function numbersOf(word: string): readonly number[] {
  return [0, 8, 16, 24].map((at) => Number.parseInt(word.slice(at, at + 8), 16) | 0);
}

/** Writes the texts that are new to a file of their own, and the list of all. Of two processes at once the last one stays. */
function save(input: BindingStoreInput, { entries, segments }: Kept, added: ReadonlyMap<string, string>, today: number): void {
  const { files, folder, build, unique, limits = usualLimits } = input;
  const segmentName = `${unique}${segmentEnding}`;
  if (added.size > 0) segments.addTo(files.create(`${folder}/${segmentName}`));
  const fresh = [...added].map(([digest, text]): [string, Entry] => [digest, { text: segments.add(text), size: text.length, used: today }]);
  // Of one digest, which two processes may have found out, the texts are the same.
  const all = [...fresh, ...[...entries].filter(([digest]) => !added.has(digest))];
  const kept = added.size === 0 ? all : putTogether(all, segments, limits);
  const made = segments.keep(segmentName);
  const names = made === undefined ? segments.names : [...segments.names, made];
  const used = new Set(kept.map(([, { text }]) => segmentOf(text)));
  const left = names.flatMap((name, number) => (name === null || !used.has(number) ? [] : [{ name, number }]));
  const numbers = new Map(left.map(({ number }, at) => [number, at]));
  const set = new ColumnSet(undefined);
  const table = set.table('binding', layout);
  for (const [digest, { text, size, used: day }] of kept) {
    const [a = 0, b = 0, c = 0, d = 0] = numbersOf(digest);
    table.add({ a, b, c, d, text: moveReference(text, numbers.get(segmentOf(text)) ?? 0), size, used: day });
  }
  const notes: Notes = { segments: left.map(({ name }) => name) };
  writeColumns(files, `${folder}/${columnsName}`, set.columns, { build, id: unique, notes });
  tidy(input, new Set(notes.segments.map(({ name }) => name)));
}

/** Copies texts of small files to the new one where there are many; drops the ones that are asked for least where they take too much room. */
function putTogether(
  all: readonly (readonly [string, Entry])[],
  segments: Segments,
  limits: BindingLimits,
): readonly (readonly [string, Entry])[] {
  const isLarge = sizeOf(all) > limits.size;
  const present = segments.names.flatMap((entry, number) => (entry === null ? [] : [{ number, size: entry.size }]));
  if (!isLarge && present.length < limits.segments) return all;
  const largest = isLarge ? undefined : present.reduce((a, b) => (b.size > a.size ? b : a)).number;
  return (isLarge ? latest(all, limits.size / 2) : all).map(([digest, entry]) => {
    const segment = segmentOf(entry.text);
    return segment === largest || segment === segments.added ? [digest, entry] : [digest, { ...entry, text: segments.copy(entry.text) }];
  });
}

const sizeOf = (all: readonly (readonly [string, Entry])[]): number => all.reduce((sum, [, { size }]) => sum + size, 0);

/** Those that were asked for last, of no more than `most` bytes; the first of those of one day. */
function latest(all: readonly (readonly [string, Entry])[], most: number): readonly (readonly [string, Entry])[] {
  let size = 0;
  return all.toSorted(([, a], [, b]) => b.used - a.used).filter(([, entry]) => (size += entry.size) <= most);
}

function tidy({ files, folder, now }: BindingStoreInput, used: ReadonlySet<string>): void {
  for (const { name, kind } of files.list(folder)) {
    if (kind !== 'file' || name === columnsName || used.has(name)) continue;
    const age = now - (files.stat(`${folder}/${name}`)?.mtimeMs ?? now);
    if (age > oldMs) files.remove(`${folder}/${name}`);
  }
}
