/** Replaces parts of a query, and finds in the original what is told of the edited one. */

/** A part of the text that was replaced: an offset of the text before any replacement. */
export interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** With one more, in the order of the text; those inside of it are gone. */
export function withEdit(edits: readonly Edit[], added: Edit): readonly Edit[] {
  const end = added.at + added.length;
  const others = edits.filter(({ at, length }) => at + length <= added.at || at >= end);
  return [...others, added].sort((a, b) => a.at - b.at);
}

export function applyEdits(sql: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const { at, length, text } of edits) {
    result += sql.slice(from, at) + text;
    from = at + length;
  }
  return result + sql.slice(from);
}

/** Where an offset of the edited text stands in the original; undefined inside of what was put there. */
export function originalOffset(edits: readonly Edit[], offset: number): number | undefined {
  let grown = 0;
  for (const { at, length, text } of edits) {
    const start = at + grown;
    if (offset < start) break;
    if (offset < start + text.length) return undefined;
    grown += text.length - length;
  }
  return offset - grown;
}
