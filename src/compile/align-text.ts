/** Finds the characters of a value in the file that it was read from, where indentation or quotes stand between them. */
import type { Span } from '../diagnostics/span.ts';

/** Offsets in the file: one for each character of the text, and where the text ends; or what to add, where it stands as it is. */
export type TextPlaces = readonly number[] | { readonly offset: number };

/**
 * The places of the characters of `text` within `span` of the file; undefined where the file spells them too differently.
 * An indented block, folded or not, has as much or more white space where the text has some. A quoted text doubles a quote
 * or puts a backslash before it.
 */
export function alignText(text: string, fileText: string, span: Span): TextPlaces | undefined {
  const source = fileText.slice(span.start, span.end);
  const within = source.indexOf(text);
  if (within >= 0) return { offset: span.start + within };
  const quote = fileText[span.start - 1];
  const places: number[] = [];
  let at = isSpace(text[0]) ? 0 : spaceEnd(source, 0);
  for (let index = 0; index < text.length;) {
    const size = spaceEnd(text, index) - index;
    if (size > 0) {
      const room = spaceEnd(source, at) - at;
      const isLast = index + size === text.length && at + room === source.length;
      if (room < size && !isLast) return undefined;
      // The line ends at the first, and what is indented further stands right before the next word.
      for (let step = 0; step < size; step += 1)
        places.push(span.start + Math.min(source.length, step === 0 ? at : at + Math.max(step, room - size + step)));
      index += size;
      at += room;
      continue;
    }
    // In double quotes a backslash stands before a quote and before another backslash, in single quotes a quote stands twice.
    if (quote === '"' && source[at] === '\\') at += 1;
    if (source[at] !== text[index]) return undefined;
    places.push(span.start + at);
    at += quote === "'" && text[index] === "'" ? 2 : 1;
    index += 1;
  }
  places.push(span.start + at);
  return places;
}

/** Where the character at `index` stands in the file. */
export function placeAt(places: TextPlaces, index: number): number {
  if ('offset' in places) return places.offset + index;
  return places[Math.min(index, places.length - 1)] ?? 0;
}

/** The end of the characters from `index` on that stand in the file side by side. */
export function endOfRun(places: TextPlaces, index: number): number {
  if ('offset' in places) return Number.POSITIVE_INFINITY;
  let end = index + 1;
  while (end < places.length && places[end] === (places[end - 1] ?? 0) + 1) end += 1;
  return end;
}

function isSpace(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\n' || letter === '\t' || letter === '\r';
}

/** Where the white space at `from` ends. */
function spaceEnd(text: string, from: number): number {
  let end = from;
  while (isSpace(text[end])) end += 1;
  return end;
}
