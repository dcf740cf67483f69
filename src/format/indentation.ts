/** The white space at the beginning of lines. */
import type { FormatStyle } from '../project/format-style.ts';

/** The white space of `level` levels. */
export function indentation({ indent }: FormatStyle, level: number): string {
  return indent === 'tab' ? '\t'.repeat(level) : ' '.repeat(indent * level);
}

/** Columns of one level; a tab counts as four. */
export function levelWidth({ indent }: FormatStyle): number {
  return indent === 'tab' ? 4 : indent;
}
