/** Puts ephemeral models in front of the queries that read them, as common table expressions. */
import type { Dialect } from '../adapter/dialect.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { joinTexts, sliceText, syntheticText } from './compiled-text.ts';
import { ephemeralName } from './node-index.ts';

/** The body of an ephemeral model and the ephemeral models that it reads itself. */
export interface EphemeralBody {
  readonly id: NodeId;
  readonly name: string;
  readonly text: CompiledText;
  readonly needs: readonly NodeId[];
  /** How many ephemeral models stand above one another here, itself included. */
  readonly depth: number;
}

export type EphemeralBodies = ReadonlyMap<NodeId, EphemeralBody>;

/**
 * Each step down a chain is one level of nesting for the binder of an engine, which gives up at a thousand or so; a
 * model needs some of them for itself. It also keeps the texts of a chain, each with all those above it, within bounds.
 */
export const longestChain = 500;

/** The bodies by id, their depth measured. A circle is cut. */
export function measureEphemerals(bodies: readonly Omit<EphemeralBody, 'depth'>[]): EphemeralBodies {
  const unmeasured = new Map(bodies.map((body) => [body.id, { ...body, depth: 0 }]));
  const measured = new Map<NodeId, EphemeralBody>();
  // Each after those that it reads.
  for (const body of inOrder([...unmeasured.keys()], unmeasured))
    measured.set(body.id, { ...body, depth: 1 + chainBelow(body.needs, measured) });
  return measured;
}

function chainBelow(needs: Iterable<NodeId>, bodies: EphemeralBodies): number {
  let longest = 0;
  for (const id of needs) longest = Math.max(longest, bodies.get(id)?.depth ?? 0);
  return longest;
}

/** Whether a query that reads `needs` stands at the end of a chain that is too long for any engine. */
export function endsLongChain(needs: Iterable<NodeId>, bodies: EphemeralBodies): boolean {
  return chainBelow(needs, bodies) > longestChain;
}

/** Said where a chain becomes too long, and not again of what is further down. */
export function chainProblems(needs: ReadonlyMap<NodeId, Span>, bodies: EphemeralBodies, node: NodeId | undefined): readonly Diagnostic[] {
  const [last] = [...needs].filter(([id]) => bodies.get(id)?.depth === longestChain + 1);
  if (last === undefined || chainBelow(needs.keys(), bodies) > longestChain + 1) return [];
  return [diagnose('ephemeral-chain-too-long', { longest: longestChain }, { span: last[1], node })];
}

/** All ephemeral models below `needs`, each after those that it reads. A circle is cut: the graph reports it. */
function inOrder(needs: readonly NodeId[], bodies: EphemeralBodies): readonly EphemeralBody[] {
  const ordered: EphemeralBody[] = [];
  const seen = new Set<NodeId>();
  // An own stack: a chain of thousands of models must not end the process.
  const stack: { readonly id: NodeId; readonly done: boolean }[] = needs.toReversed().map((id) => ({ id, done: false }));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const body = bodies.get(entry.id);
    if (body === undefined) continue;
    if (entry.done) {
      ordered.push(body);
      continue;
    }
    if (seen.has(entry.id)) continue;
    seen.add(entry.id);
    stack.push({ id: entry.id, done: true });
    for (const id of body.needs.toReversed()) stack.push({ id, done: false });
  }
  return ordered;
}

/** The query with the ephemeral models among `needs`, and those below them, in front; none where they are too many for any engine. */
export function injectEphemerals(text: CompiledText, needs: readonly NodeId[], bodies: EphemeralBodies, dialect: Dialect): CompiledText {
  if (endsLongChain(needs, bodies)) return text;
  const ordered = inOrder(needs, bodies);
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
