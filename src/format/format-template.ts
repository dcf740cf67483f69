/** Formats one template, and proves that nothing but white space and the case of keywords has changed. */
import type { FormatStyle } from '../project/format-style.ts';
import { indentation } from './indentation.ts';
import { layOut } from './lay-out.ts';
import type { Refusal } from './piece.ts';
import { proveSame } from './prove-same.ts';
import { scanPieces } from './scan-pieces.ts';

export type Formatted = { readonly kind: 'formatted'; readonly text: string } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A comment or tag that got a line of its own can move what follows once more; then all stands still. */
const mostPasses = 5;

/** `text` is a template that parses, its lines end with LF. `held` are macros and `set` blocks that stay as they are. */
export function formatTemplate(text: string, style: FormatStyle, held: ReadonlySet<string> = new Set()): Formatted {
  let result = rewrite(text, style, held);
  for (let pass = 1; pass < mostPasses && result.kind === 'formatted'; pass += 1) {
    const again = rewrite(result.text, style, held);
    if (again.kind === 'formatted' && again.text === result.text) return prove(text, result.text);
    result = again;
  }
  return result.kind === 'formatted' ? { kind: 'refused', refusal: { why: 'unstable', start: 0, end: 1 } } : result;
}

function prove(before: string, after: string): Formatted {
  const difference = before === after ? undefined : proveSame(before, after);
  if (difference === undefined) return { kind: 'formatted', text: after };
  return { kind: 'refused', refusal: { why: 'unproven', start: difference, end: difference + 1 } };
}

function rewrite(text: string, style: FormatStyle, held: ReadonlySet<string>): Formatted {
  const cut = scanPieces(text, { lineWidth: style.lineWidth, held });
  if (cut.refusal !== undefined) return { kind: 'refused', refusal: cut.refusal };
  if (cut.pieces.length === 0) return { kind: 'formatted', text };
  const laidOut = layOut(cut.pieces, style);
  if (laidOut.refusal !== undefined) return { kind: 'refused', refusal: laidOut.refusal };
  const lines = laidOut.lines.map(({ level, text: line, blankBefore }) => `${blankBefore ? '\n' : ''}${indentation(style, level)}${line}`);
  return { kind: 'formatted', text: `${lines.join('\n')}${text.endsWith('\n') ? '\n' : ''}` };
}
