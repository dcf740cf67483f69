/**
 * The map from compiled text back to the templates it came from.
 * Recorded while the text is written, as flat numbers: ten thousand models hold ten thousand maps.
 */
import type { Span } from '../diagnostics/span.ts';

/**
 * How a stretch of compiled text came about: copied from the template letter by letter, made by a mustache,
 * or written by `tx` itself (the head of an injected CTE), which no template position explains.
 *
 * What a macro writes is made by the mustache that called it. Where in the macro it stands is told by a mark right before that
 * segment, which begins at the same offset: copied from the macro's body, or made by a mustache in it.
 */
export const segmentKind = { verbatim: 0, generated: 1, synthetic: 2, inMacro: 3, madeInMacro: 4 } as const;

/** Numbers per segment: compiled start, index of the file, template start, template end, kind. */
export const segmentSize = 5;

export interface SpanMap {
  readonly files: readonly string[];
  /** Segments in order of compiled start, `segmentSize` numbers each; a segment ends where the next starts. */
  readonly segments: readonly number[];
}

/** The template place of a compiled offset. */
export interface MappedPlace {
  readonly span: Span;
  /** The text was copied letter by letter. */
  readonly exact: boolean;
  /** It was copied more than once, by a loop. */
  readonly repeated: boolean;
  /** The place in the body of the macro that wrote it. */
  readonly inMacro?: Span;
}

export const emptyMap: SpanMap = Object.freeze({ files: Object.freeze([]), segments: Object.freeze([]) });

/** One segment, read out of the flat numbers. */
interface Segment {
  readonly start: number;
  readonly file: number;
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

function isMark({ kind }: Segment): boolean {
  return kind === segmentKind.inMacro || kind === segmentKind.madeInMacro;
}

function segmentAt(map: SpanMap, index: number): Segment {
  const at = index * segmentSize;
  const { segments } = map;
  return {
    start: segments[at] ?? 0,
    file: segments[at + 1] ?? 0,
    from: segments[at + 2] ?? 0,
    to: segments[at + 3] ?? 0,
    kind: segments[at + 4] ?? 0,
  };
}

/** Index of the segment that holds `offset`, or -1 before the first. */
function findSegment(map: SpanMap, offset: number): number {
  let low = 0;
  let high = map.segments.length / segmentSize - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((map.segments[middle * segmentSize] ?? 0) <= offset) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/**
 * The place in the user's files of `length` characters at `offset` of the compiled text: those characters where
 * they were copied, the whole mustache where one made them, both together for a word that is copied in part;
 * undefined where `tx` wrote them itself.
 */
export function lookupSpan(map: SpanMap, offset: number, length = 0): MappedPlace | undefined {
  const index = findSegment(map, offset);
  if (index < 0) return undefined;
  const segment = segmentAt(map, index);
  const path = map.files[segment.file];
  if (segment.kind === segmentKind.synthetic || path === undefined) return undefined;
  if (segment.kind === segmentKind.generated)
    return {
      span: { path, start: segment.from, end: segment.to },
      exact: false,
      repeated: false,
      ...placeInMacro(map, index, offset, length),
    };
  const start = Math.min(segment.from + (offset - segment.start), segment.to);
  let end = Math.max(start, Math.min(start + length, segment.to));
  const repeated = isRepeated(map, index, start, end);
  for (let next = index + 1; next < map.segments.length / segmentSize; next += 1) {
    const found = segmentAt(map, next);
    if (isMark(found)) continue;
    const { start: at, file, from, to, kind } = found;
    // Another round of a loop, or another file, goes on somewhere else.
    if (at >= offset + length || file !== segment.file || from < end || kind === segmentKind.synthetic) break;
    end = kind === segmentKind.generated ? to : Math.min(from + (offset + length - at), to);
  }
  return { span: { path, start, end }, exact: !isMixed(map, index, offset + length), repeated };
}

/** Whether the text at an offset was copied from a file, a macro's among them, and not made by a mustache or by `tx`. */
export function isCopied(map: SpanMap, offset: number): boolean {
  const index = findSegment(map, offset);
  if (index < 0) return false;
  const { kind } = segmentAt(map, index);
  if (kind !== segmentKind.generated) return kind !== segmentKind.synthetic;
  return index > 0 && segmentAt(map, index - 1).kind === segmentKind.inMacro;
}

/** What the mark before a segment says. */
function placeInMacro(map: SpanMap, index: number, offset: number, length: number): Pick<MappedPlace, 'inMacro'> {
  if (index === 0) return {};
  const mark = segmentAt(map, index - 1);
  const path = map.files[mark.file];
  if (!isMark(mark) || path === undefined) return {};
  if (mark.kind === segmentKind.madeInMacro) return { inMacro: { path, start: mark.from, end: mark.to } };
  const start = Math.min(mark.from + (offset - mark.start), mark.to);
  return { inMacro: { path, start, end: Math.max(start, Math.min(start + length, mark.to)) } };
}

/** Whether the text from a segment up to `end` is more than that segment. */
function isMixed(map: SpanMap, index: number, end: number): boolean {
  const next = (index + 1) * segmentSize;
  return next < map.segments.length && (map.segments[next] ?? 0) < end;
}

/** Whether a loop wrote a part of the template `[start, end)` elsewhere as well. */
function isRepeated(map: SpanMap, index: number, start: number, end: number): boolean {
  const { file } = segmentAt(map, index);
  for (let other = 0; other < map.segments.length / segmentSize; other += 1) {
    const segment = segmentAt(map, other);
    if (other === index || segment.file !== file || segment.kind !== segmentKind.verbatim) continue;
    if (segment.from < Math.max(end, start + 1) && segment.to > start) return true;
  }
  return false;
}

/** Moves every compiled offset by `by`. */
export function shiftMap(map: SpanMap, by: number): SpanMap {
  if (by === 0) return map;
  return { files: map.files, segments: map.segments.map((value, index) => (index % segmentSize === 0 ? value + by : value)) };
}

/** The map of the part `[from, to)` of a text. */
export function sliceMap(map: SpanMap, from: number, to: number): SpanMap {
  const segments: number[] = [];
  const count = map.segments.length / segmentSize;
  const first = Math.max(0, findSegment(map, from));
  for (let index = first > 0 && isMark(segmentAt(map, first - 1)) ? first - 1 : first; index < count; index += 1) {
    const segment = segmentAt(map, index);
    if (segment.start >= to && to > from) break;
    const skipped = Math.max(0, from - segment.start);
    const isCopied = segment.kind === segmentKind.verbatim || segment.kind === segmentKind.inMacro;
    const begin = isCopied ? Math.min(segment.from + skipped, segment.to) : segment.from;
    segments.push(segment.start + skipped - from, segment.file, begin, segment.to, segment.kind);
    if (to <= from) break;
  }
  return { files: map.files, segments };
}

/** A part of a longer text: its map and how long it is. */
export interface MapPart {
  readonly map: SpanMap;
  readonly length: number;
}

/** The map of texts written one after another. */
export function joinMaps(parts: readonly MapPart[]): SpanMap {
  // Numbers of the files, in order of first use.
  const files = new Map<string, number>();
  const segments: number[] = [];
  let at = 0;
  for (const { map, length } of parts) {
    if (length === 0) continue;
    const numbers = map.files.map((file) => numberFile(files, file));
    for (let index = 0; index < map.segments.length; index += segmentSize) {
      const segment = segmentAt(map, index / segmentSize);
      segments.push(segment.start + at, numbers[segment.file] ?? 0, segment.from, segment.to, segment.kind);
    }
    at += length;
  }
  return { files: [...files.keys()], segments };
}

function numberFile(files: Map<string, number>, file: string): number {
  const known = files.get(file);
  if (known !== undefined) return known;
  files.set(file, files.size);
  return files.size - 1;
}

/** The map of a text that `tx` wrote itself. */
export function syntheticMap(): SpanMap {
  return { files: [], segments: [0, 0, 0, 0, segmentKind.synthetic] };
}

/** Replaces the part `[from, to)` of a text by another of the given map. `length` is that of the whole text. */
export function spliceMap(text: MapPart, from: number, to: number, inserted: MapPart): SpanMap {
  return joinMaps([
    { map: sliceMap(text.map, 0, from), length: from },
    inserted,
    { map: sliceMap(text.map, to, text.length), length: text.length - to },
  ]);
}

/** One generated segment with the place that the text at `offset` of `map` came from. */
export function generatedMap(map: SpanMap, offset: number): SpanMap {
  const place = lookupSpan(map, offset);
  if (place === undefined) return syntheticMap();
  const { path, start, end } = place.span;
  return { files: [path], segments: [0, 0, start, end, segmentKind.generated] };
}
