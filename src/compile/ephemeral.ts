/** Puts ephemeral models in front of the queries that read them, as common table expressions. */
import type { Dialect } from '../adapter/dialect.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { joinTexts, sliceText, syntheticText } from './compiled-text.ts';
import type { EphemeralBody } from './fact.ts';
import type { Asker } from './facts.ts';
import { ephemeralName } from './node-index.ts';

/** All ephemeral models below `needs`, each after those that it reads. A circle is cut: the graph reports it. */
function inOrder(needs: readonly NodeId[], asker: Asker): readonly EphemeralBody[] {
  const ordered: EphemeralBody[] = [];
  const seen = new Set<NodeId>();
  // An own stack: a chain of thousands of models must not end the process.
  const stack: { readonly id: NodeId; readonly isDirect: boolean; readonly body?: EphemeralBody }[] = [];
  for (const id of needs.toReversed()) stack.push({ id, isDirect: true });
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { id, isDirect } = entry;
    if (entry.body !== undefined) {
      ordered.push(entry.body);
      continue;
    }
    if (seen.has(id)) continue;
    seen.add(id);
    // Who refers to a node has asked what it is, and hears of it when it becomes ephemeral.
    const body = isDirect ? asker.getIfThere('body', id) : asker.get('body', id);
    if (body === undefined) continue;
    stack.push({ id, isDirect, body });
    for (const need of body.needs.toReversed()) stack.push({ id: need, isDirect: false });
  }
  return ordered;
}

/** The query with the ephemeral models among `needs`, and those below them, in front. */
export function injectEphemerals(
  text: CompiledText,
  needs: readonly NodeId[],
  { asker, dialect }: { readonly asker: Asker; readonly dialect: Dialect },
): CompiledText {
  const ordered = inOrder(needs, asker);
  if (ordered.length === 0) return text;
  const { at, hasWith } = headOf(text.sql);
  const parts: CompiledText[] = [sliceText(text, 0, at), syntheticText(hasWith ? ' ' : 'with ')];
  ordered.forEach((body, index) => {
    const name = dialect.quoteIdentifier(ephemeralName(body.name));
    parts.push(syntheticText(`${index === 0 ? '' : ', '}${name} as (\n`), body.text, syntheticText('\n)'));
  });
  parts.push(syntheticText(hasWith ? ',' : '\n'), sliceText(text, at, text.sql.length));
  return joinTexts(parts);
}

/** Where new common table expressions go: behind an existing WITH [RECURSIVE], else before the first word. */
function headOf(sql: string): { readonly at: number; readonly hasWith: boolean } {
  const first = nextCodeToken(sql, 0);
  if (first === undefined) return { at: sql.length, hasWith: false };
  if (sql.slice(first.start, first.end).toLowerCase() !== 'with') return { at: first.start, hasWith: false };
  const second = nextCodeToken(sql, first.end);
  const isRecursive = second !== undefined && sql.slice(second.start, second.end).toLowerCase() === 'recursive';
  return { at: isRecursive ? second.end : first.end, hasWith: true };
}
