/**
 * The map from compiled text back to the templates it came from.
 * Recorded while the text is written, as flat numbers: ten thousand models hold ten thousand maps.
 */
import type { Span } from '../diagnostics/span.ts';

/**
 * How a stretch of compiled text came about: copied from the template letter by letter, made by a mustache,
 * or written by `tx` itself (the head of an injected CTE), which no template position explains.
 */
export const segmentKind = { verbatim: 0, generated: 1, synthetic: 2 } as const;

/** Numbers per segment: compiled start, index of the file, template start, template end, kind. */
export const segmentSize = 5;

export interface SpanMap {
  readonly files: readonly string[];
  /** Segments in order of compiled start, `segmentSize` numbers each; a segment ends where the next starts. */
  readonly segments: readonly number[];
}

/** The template place of a compiled offset. `exact` when the text was copied letter by letter. */
export interface MappedPlace {
  readonly span: Span;
  readonly exact: boolean;
}
