/** Puts ephemeral models in front of the queries that read them, as common table expressions. */
import type { Dialect } from '../adapter/dialect.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { joinTexts, sliceText, syntheticText } from './compiled-text.ts';
import type { EphemeralBody } from './fact.ts';
import type { Asker } from './facts.ts';
import { ephemeralName } from './node-index.ts';

/**
 * Each step down a chain is one level of nesting for the binder of an engine, which gives up at a thousand or so; a
 * model needs some of them for itself. It also keeps the texts of a chain, each with all those above it, within bounds.
 */
export const longestChain = 500;

/** How many ephemeral models stand above one another below a query that reads `needs`; no further than is worth knowing. */
function chainBelow(needs: Iterable<NodeId>, asker: Asker): number {
  let level = new Map([...needs].flatMap((id) => withId(asker.getIfThere('body', id))));
  let depth = 0;
  for (; level.size > 0 && depth <= longestChain + 1; depth += 1) {
    level = new Map([...level.values()].flatMap((body) => body.needs.flatMap((id) => withId(asker.get('body', id)))));
  }
  return depth;
}

function withId(body: EphemeralBody | undefined): readonly (readonly [NodeId, EphemeralBody])[] {
  return body === undefined ? [] : [[body.id, body]];
}

/** Whether a query stands at the end of a chain that is too long for any engine. Said where it becomes too long, and not again further down. */
export function checkChain(
  needs: ReadonlyMap<NodeId, Span>,
  asker: Asker,
  node: NodeId | undefined,
): { readonly isTooLong: boolean; readonly diagnostics: readonly Diagnostic[] } {
  const below = chainBelow(needs.keys(), asker);
  if (below !== longestChain + 1) return { isTooLong: below > longestChain, diagnostics: [] };
  const last = [...needs].find(([id]) => chainBelow([id], asker) === below);
  return { isTooLong: true, diagnostics: [diagnose('ephemeral-chain-too-long', { longest: longestChain }, { span: last?.[1], node })] };
}

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

/** The query with the ephemeral models among `needs`, and those below them, in front; none where they are too many for any engine. */
export function injectEphemerals(
  text: CompiledText,
  needs: readonly NodeId[],
  { asker, dialect }: { readonly asker: Asker; readonly dialect: Dialect },
): CompiledText {
  if (chainBelow(needs, asker) > longestChain) return text;
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
