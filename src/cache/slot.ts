/**
 * Where the cache of one target and one set of variables stands, and how it is read and written. A slot is a file of
 * columns, a small file of what has changed in them, and segments of longer texts.
 */
import type { FileSystem, NewFile } from '../project/file-system.ts';
import { Column } from './column.ts';
import type { ColumnSet } from './column-set.ts';
import type { StoredColumns } from './column-file.ts';
import { collectChanges, readColumns, writeChanges, writeColumns } from './column-file.ts';
import type { Segment, SegmentName, Segments } from './segments.ts';
import { moveReference, noBlob, openSegments, segmentOf } from './segments.ts';
import type { Store, StoreNotes } from './store.ts';

/** When the files of a slot are put in order. */
export interface SlotLimits {
  /** So many segments are read without looking for them long; more are put together. */
  readonly segments: number;
  /** Changes of more bytes are not written beside the columns, but the columns anew. */
  readonly changes: number;
  /** So many texts and facts that are of no use any more stay where they are. */
  readonly waste: number;
}

export const usualLimits: SlotLimits = { segments: 8, changes: 256 * 1024, waste: 1000 };

export interface Slot {
  readonly files: FileSystem;
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  /** What writes the cache; another build reads it as nothing. */
  readonly build: string;
  readonly limits: SlotLimits;
}

interface SlotNotes extends StoreNotes {
  readonly segments: readonly (SegmentName | null)[];
  /** Texts that others took the place of. */
  readonly replaced: number;
}

/** A slot as it was read. */
export interface OpenSlot {
  readonly columns: StoredColumns;
  readonly notes: SlotNotes;
  readonly segments: readonly Segment[];
}

const columnsPath = ({ folder, name }: Slot): string => `${folder}/${name}.columns`;
const changesPath = ({ folder, name }: Slot): string => `${folder}/${name}.changes`;

function segmentName({ name }: Slot, unique: string): string {
  return `${name}-${unique}.texts`;
}

/** Starts the segment that this process makes; undefined where nothing can be written. */
export function startSegment(slot: Slot, unique: string): NewFile | undefined {
  try {
    return slot.files.create(`${slot.folder}/${segmentName(slot, unique)}`);
  } catch {
    // A read-only checkout, or a full disk: then nothing is kept.
    return undefined;
  }
}

/** Reads what is kept in the slot; undefined where there is nothing that can be used. */
export function openSlot(slot: Slot): OpenSlot | undefined {
  const columns = readColumns(slot.files, columnsPath(slot), changesPath(slot), slot.build);
  if (columns === undefined) return undefined;
  // Written by `saveSlot` of the same build.
  const notes = columns.notes as SlotNotes;
  const segments = openSegments(slot.files, slot.folder, notes.segments);
  if (segments === undefined) {
    columns.close();
    return undefined;
  }
  return { columns, notes, segments };
}

/** Longer ago is another day's work; a write for every command would be too many. */
const usedLatelyMs = 60 * 60 * 1000;

/** Notes that the slot is in use: those that were not for long are removed first. */
export function touchSlot(slot: Slot, now: number): void {
  const path = columnsPath(slot);
  try {
    if (now - (slot.files.stat(path)?.mtimeMs ?? now) > usedLatelyMs) slot.files.touch(path, now);
  } catch {
    // A read-only checkout: then nothing is removed either.
  }
}

/** Forgets what the slot holds. */
export function dropSlot(slot: Slot): void {
  for (const path of [columnsPath(slot), changesPath(slot)]) {
    try {
      slot.files.remove(path);
    } catch {
      // A read-only checkout: it is damaged for everybody else, too.
    }
  }
}

/** The columns that hold references to texts in segments. */
const referenceColumns: readonly string[] = ['file.text', 'file.extra', 'fact.value', 'node.rest'];

/** What is saved: the store, and what is said of it. */
export interface Saved {
  readonly store: Store;
  readonly notes: StoreNotes;
  /** What the slot held before, if the store grew out of that. */
  readonly before: OpenSlot | undefined;
}

/** Keeps the store in its slot; gives the segments that it refers to. Throws what the file system throws. */
export function saveSlot(slot: Slot, { store, notes, before }: Saved, unique: string): readonly (SegmentName | null)[] {
  const { set, segments } = store;
  set.complete();
  const names: (SegmentName | null)[] = [...segments.names];
  for (const merged of mergeSegments(set, segments, slot.limits.segments)) names[merged] = null;
  const added = segments.keep(segmentName(slot, unique));
  if (added !== undefined) names.push(added);
  const replaced = (before?.notes.replaced ?? 0) + segments.replaced;
  const { changes, size } = collectChanges(set.columns);
  if (before !== undefined && size <= Math.max(slot.limits.changes, Math.sign(slot.limits.changes) * (before.columns.size / 4))) {
    const content = { build: slot.build, id: before.columns.id, notes: { ...notes, segments: names, replaced } satisfies SlotNotes };
    writeChanges(slot.files, changesPath(slot), changes, content);
    return names;
  }
  const { columns, kept } = renumber(set, names);
  const content = { build: slot.build, id: unique, notes: { ...notes, segments: kept, replaced } satisfies SlotNotes };
  writeColumns(slot.files, columnsPath(slot), columns, content);
  slot.files.remove(changesPath(slot));
  return kept;
}

/** Copies the texts of small segments to what is added, when there are many; gives the numbers of those segments. */
function mergeSegments(set: ColumnSet, segments: Segments, most: number): ReadonlySet<number> {
  const present = segments.names.flatMap((entry, number) => (entry === null ? [] : [{ number, size: entry.size }]));
  const merged = new Set<number>();
  if (present.length < most) return merged;
  const largest = present.reduce((a, b) => (b.size > a.size ? b : a));
  for (const { number } of present) if (number !== largest.number) merged.add(number);
  for (const name of referenceColumns) {
    const column = set.get(name);
    for (let row = 0; row < column.count; row += 1) {
      const reference = column.get(row);
      if (reference !== noBlob && merged.has(segmentOf(reference))) column.set(row, segments.copy(reference));
    }
  }
  return merged;
}

/** Numbers the segments anew, without gaps, in columns that are written whole. */
function renumber(
  set: ColumnSet,
  names: readonly (SegmentName | null)[],
): { readonly columns: ReadonlyMap<string, Column>; readonly kept: readonly SegmentName[] } {
  const kept: SegmentName[] = [];
  const numbers = names.map((entry) => (entry === null ? noBlob : kept.push(entry) - 1));
  if (kept.length === names.length) return { columns: set.columns, kept };
  const columns = new Map(set.columns);
  for (const [name, column] of set.columns) {
    if (!referenceColumns.includes(name)) continue;
    const moved = new Column('f64');
    moved.replace(
      Float64Array.from({ length: column.count }, (_, row) => moveReference(column.get(row), numbers[segmentOf(column.get(row))] ?? 0)),
    );
    columns.set(name, moved as unknown as Column);
  }
  return { columns, kept };
}
