/** Replaces parts of a query, and finds in the original what is told of the edited one. */

/** A part of the text that was replaced: offsets of the text before any replacement. */
export interface QueryEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** With one more; those inside of it are gone. */
export function withEdit(edits: readonly QueryEdit[], added: QueryEdit): readonly QueryEdit[] {
  return [...edits.filter(({ start, end }) => end <= added.start || start >= added.end), added];
}

/** The edits may come in any order; none overlaps another. */
export function applyEdits(sql: string, edits: readonly QueryEdit[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, text } of inOrder(edits)) {
    result += sql.slice(from, start) + text;
    from = end;
  }
  return result + sql.slice(from);
}

/** Where an offset of the edited text stands in the original; undefined inside of what was put there. */
export function originalOffset(edits: readonly QueryEdit[], offset: number): number | undefined {
  const { at, isInside } = placeBefore(edits, offset);
  return isInside ? undefined : at;
}

/** The same; inside of what was put there, where that begins. */
export function nearestOriginalOffset(edits: readonly QueryEdit[], offset: number): number {
  return placeBefore(edits, offset).at;
}

function placeBefore(edits: readonly QueryEdit[], offset: number): { readonly at: number; readonly isInside: boolean } {
  let grown = 0;
  for (const { start, end, text } of inOrder(edits)) {
    if (offset < start + grown) break;
    if (offset < start + grown + text.length) return { at: start, isInside: true };
    grown += text.length - (end - start);
  }
  return { at: offset - grown, isInside: false };
}

function inOrder(edits: readonly QueryEdit[]): readonly QueryEdit[] {
  return edits.toSorted((one, other) => one.start - other.start);
}
