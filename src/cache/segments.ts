/**
 * Longer texts, in files that are only ever written once: sources, compiled queries, descriptions. Each process that has
 * something to add makes a file of its own, so two of them never write to one.
 */
import type { FileSystem, NewFile, OpenFile } from '../project/file-system.ts';
import { checksum } from './checksum.ts';
import { damaged } from './damaged.ts';
import { openCached } from './open-cached.ts';

/** The reference to no text. */
export const noBlob = -1;

/** A reference is the number of a segment, and a place in it: exact in a float of eight bytes. */
const placesPerSegment = 2 ** 40;

/** Before each text: its length in bytes, and their checksum. */
const headSize = 8;
/** Texts that are read one after the other mostly lie so: one read serves several. */
const windowSize = 1 << 16;
const writeSize = 1 << 20;

export interface SegmentName {
  readonly name: string;
  readonly size: number;
}

/** Undefined where a segment was whose texts stand elsewhere now: the others keep their numbers. */
export type Segment = (SegmentName & { readonly file: OpenFile }) | undefined;

interface Window {
  readonly segment: number;
  readonly start: number;
  readonly bytes: Uint8Array;
}

export class Segments {
  readonly #segments: readonly Segment[];
  /** The file that this process makes, if it keeps what it adds. */
  #made: NewFile | undefined;
  /** What was added and stands in no file yet. */
  #pending = new Uint8Array(0);
  #pendingSize = 0;
  #window: Window | undefined;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  /** From now on, what is added goes to a file; without one it stays in memory. */
  addTo(file: NewFile): void {
    this.#made = file;
  }

  /** Those that stood in files from the start, by their numbers. */
  get names(): readonly (SegmentName | null)[] {
    return this.#segments.map((segment) => (segment === undefined ? null : { name: segment.name, size: segment.size }));
  }

  /** The number of the segment that is being added to. */
  get added(): number {
    return this.#segments.length;
  }

  /** Bytes that were added. */
  get addedSize(): number {
    return (this.#made?.size ?? 0) + this.#pendingSize;
  }

  /** Texts that were replaced. */
  replaced = 0;

  /** The reference to a text that comes in the place of `old`: the same, if it is the same text. */
  put(text: string, old: number): number {
    if (old === noBlob) return this.add(text);
    if (this.get(old) === text) return old;
    this.replaced += 1;
    return this.add(text);
  }

  /** Adds a text; gives the reference to it. */
  add(text: string): number {
    this.#makeRoom(headSize + text.length * 3);
    const start = this.#pendingSize;
    const { written } = this.#encoder.encodeInto(text, this.#pending.subarray(start + headSize));
    const bytes = this.#pending.subarray(start + headSize, start + headSize + written);
    const view = new DataView(this.#pending.buffer, start);
    view.setUint32(0, written, true);
    view.setUint32(4, checksum(bytes), true);
    return this.#takeIn(headSize + written);
  }

  /** Copies a text into what is added; gives the new reference to it. */
  copy(reference: number): number {
    const bytes = this.#read(reference);
    this.#makeRoom(bytes.length);
    this.#pending.set(bytes, this.#pendingSize);
    return this.#takeIn(bytes.length);
  }

  #takeIn(size: number): number {
    const place = this.addedSize;
    // Sums are quicker over whole words.
    this.#pendingSize += Math.ceil(size / 4) * 4;
    return this.#segments.length * placesPerSegment + place;
  }

  #makeRoom(size: number): void {
    if (this.#pendingSize >= writeSize) this.#flush();
    const least = this.#pendingSize + size + 4;
    if (least <= this.#pending.length) return;
    const room = new Uint8Array(Math.max(writeSize / 16, this.#pending.length * 2, least));
    room.set(this.#pending.subarray(0, this.#pendingSize));
    this.#pending = room;
  }

  #flush(): void {
    if (this.#made === undefined) return;
    this.#made.write(this.#pending.subarray(0, this.#pendingSize));
    this.#pendingSize = 0;
  }

  /** Gives the file that was made its name, if there is something in it. Nothing may be added after that. */
  keep(name: string): SegmentName | undefined {
    if (this.addedSize === 0 || this.#made === undefined) return undefined;
    this.#flush();
    this.#made.keep();
    return { name, size: this.#made.size };
  }

  /** The text that a reference stands for. */
  get(reference: number): string {
    return this.#decoder.decode(this.#read(reference).subarray(headSize));
  }

  /** A text with its head. */
  #read(reference: number): Uint8Array {
    const segment = segmentOf(reference);
    const place = reference - segment * placesPerSegment;
    const head = this.#readBytes(segment, place, headSize);
    const view = new DataView(head.buffer, head.byteOffset);
    const [size, sum] = [view.getUint32(0, true), view.getUint32(4, true)];
    const bytes = this.#readBytes(segment, place, headSize + size);
    if (checksum(bytes.subarray(headSize)) !== sum) damaged(`a text in segment ${segment}`);
    return bytes;
  }

  #readBytes(segment: number, start: number, size: number): Uint8Array {
    const known = this.#window;
    if (known?.segment === segment && start >= known.start && start + size <= known.start + known.bytes.length)
      return known.bytes.subarray(start - known.start, start - known.start + size);
    const bytes = this.#fetch(segment, start, Math.max(size, windowSize));
    if (bytes.length < size) damaged(`segment ${segment} is cut off`);
    this.#window = { segment, start, bytes };
    return bytes.subarray(0, size);
  }

  #fetch(segment: number, start: number, size: number): Uint8Array {
    const stored = this.#segments[segment];
    if (stored !== undefined) return stored.file.read(start, size);
    if (segment > this.#segments.length) damaged(`there is no segment ${segment}`);
    const flushed = this.#made?.size ?? 0;
    if (start < flushed) return this.#made?.read(start, size) ?? new Uint8Array();
    // A copy: what is pending may move while the window is in use.
    return this.#pending.slice(start - flushed, Math.min(this.#pendingSize, start - flushed + size));
  }

  close(): void {
    for (const segment of this.#segments) segment?.file.close();
    this.#made?.close();
  }
}

/** The number of the segment that holds a text. */
export function segmentOf(reference: number): number {
  return Math.floor(reference / placesPerSegment);
}

/** The reference to the same place in a segment that has another number. */
export function moveReference(reference: number, segment: number): number {
  return reference === noBlob ? noBlob : reference + (segment - segmentOf(reference)) * placesPerSegment;
}

/** Opens the segments with these names in `folder`; undefined when one of them is not what it was. */
export function openSegments(files: FileSystem, folder: string, names: readonly (SegmentName | null)[]): readonly Segment[] | undefined {
  const opened: Segment[] = [];
  for (const entry of names) {
    const segment = entry === null ? undefined : openSegment(files, folder, entry);
    opened.push(segment);
    if (entry === null || segment !== undefined) continue;
    for (const before of opened) before?.file.close();
    return undefined;
  }
  return opened;
}

function openSegment(files: FileSystem, folder: string, { name, size }: SegmentName): Segment {
  const file = openCached(files, `${folder}/${name}`);
  if (file?.size === size) return { name, size, file };
  // Somebody removed or changed it.
  file?.close();
  return undefined;
}
