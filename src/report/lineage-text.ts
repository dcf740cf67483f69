/** Draws where a column comes from and where it goes: as a tree for people, as JSON, DOT or Mermaid for programs. */
import type { ColumnEdge, ColumnRef } from '../analyze/column-graph.ts';
import { edgesOf } from '../analyze/trace-column.ts';
import type { ColumnTrace } from '../analyze/trace-column.ts';
import type { NodeId } from '../compile/compiled.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';

export interface Lineage {
  readonly column: ColumnRef;
  readonly type: string;
  readonly upstream?: ColumnTrace;
  readonly downstream?: ColumnTrace;
  /** Where no value comes from or goes to, there are columns that decide about rows. */
  readonly indirect?: { readonly upstream: boolean; readonly downstream: boolean };
  /** `orders`, `raw.orders`: the node as users call it. */
  readonly nameOf: (column: ColumnRef) => string;
}

const label = ({ nameOf }: Lineage, column: ColumnRef): string => plainLine(`${nameOf(column)}.${column.column}`);

export function renderLineage(lineage: Lineage, { paint, unicode }: Pick<Style, 'paint' | 'unicode'>): string {
  const lines = [`${paint.bold(label(lineage, lineage.column))}  ${paint.dim(plainLine(lineage.type))}`];
  const parts = [
    ['comes from', lineage.upstream, lineage.indirect?.upstream],
    ['goes into', lineage.downstream, lineage.indirect?.downstream],
  ] as const;
  for (const [title, trace, isIndirect] of parts) {
    if (trace === undefined) continue;
    const nothing =
      isIndirect === true
        ? `${title} no other column by its value; \`--indirect\` shows filters, joins, groups and their like`
        : `${title} nothing of this project`;
    lines.push('', trace.next.length === 0 ? nothing : title);
    drawBranches(lineage, trace, unicode ? drawn : ascii, (line, kind, repeated) =>
      lines.push(`${line}  ${paint.dim(`${kind}${repeated ? ', shown above' : ''}`)}`),
    );
  }
  return lines.join('\n');
}

const drawn = { branch: '├─ ', last: '└─ ', bar: '│  ', space: '   ' } as const;
const ascii = { branch: '|- ', last: '`- ', bar: '|  ', space: '   ' } as const;

/** Without recursion: chains may be thousands of models long. */
function drawBranches(
  lineage: Lineage,
  trace: ColumnTrace,
  marks: typeof drawn | typeof ascii,
  print: (line: string, kind: string, repeated: boolean) => void,
): void {
  const open = trace.next.map((child, at) => ({ child, indent: '', last: at === trace.next.length - 1 })).reverse();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { child, indent, last } = entry;
    print(`${indent}${last ? marks.last : marks.branch}${label(lineage, child.column)}`, child.edge?.kind ?? '', child.repeated);
    const inner = indent + (last ? marks.space : marks.bar);
    const count = child.next.length;
    for (let at = count - 1; at >= 0; at -= 1) {
      const next = child.next[at];
      if (next !== undefined) open.push({ child: next, indent: inner, last: at === count - 1 });
    }
  }
}

/** All edges of both directions, each once. */
function allEdges({ upstream, downstream }: Lineage): readonly ColumnEdge[] {
  return [upstream, downstream].flatMap((trace) => (trace === undefined ? [] : edgesOf(trace)));
}

function jsonOf(lineage: Lineage): { readonly column: string; readonly type: string; readonly edges: readonly object[] } {
  const ref = ({ node, column }: ColumnRef): object => ({ node, column });
  const edges = allEdges(lineage).map(({ from, to, kind, direct }) => ({ from: ref(from), to: ref(to), kind, direct }));
  return { column: lineage.column.column, type: lineage.type, edges };
}

export function lineageJson(lineage: Lineage): string {
  return JSON.stringify({ node: lineage.column.node, ...jsonOf(lineage) });
}

/** Of all columns of a node. */
export function nodeLineageJson(node: NodeId, columns: readonly Lineage[]): string {
  return JSON.stringify({ node, columns: columns.map(jsonOf) });
}

/** One graph of one or more columns. */
export function lineageDot(...lineages: readonly Lineage[]): string {
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  const starts = lineages.map((lineage) => `  ${quoted(label(lineage, lineage.column))} [style=bold];`);
  const lines = lineages.flatMap((lineage) =>
    allEdges(lineage).map(
      ({ from, to, kind, direct }) =>
        `  ${quoted(label(lineage, from))} -> ${quoted(label(lineage, to))} [label=${quoted(kind)}${direct ? '' : ', style=dashed'}];`,
    ),
  );
  return ['digraph lineage {', '  rankdir=LR;', ...starts, ...new Set(lines), '}'].join('\n');
}

/** One graph of one or more columns. `hide` takes what must not be shown out of a name, before Mermaid spells it. */
export function lineageMermaid(hide: (text: string) => string, ...lineages: readonly Lineage[]): string {
  const ids = new Map<string, string>();
  // Each once, in the order in which they come.
  const lines = new Set(['flowchart LR']);
  const idOf = (lineage: Lineage, column: ColumnRef): string => {
    const text = label(lineage, column);
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = `c${ids.size}`;
    ids.set(text, id);
    lines.add(`  ${id}["${hide(text).replaceAll('"', '#quot;')}"]`);
    return id;
  };
  for (const lineage of lineages) idOf(lineage, lineage.column);
  for (const lineage of lineages)
    for (const { from, to, kind, direct } of allEdges(lineage)) {
      const [a, b] = [idOf(lineage, from), idOf(lineage, to)];
      lines.add(direct ? `  ${a} -->|${kind}| ${b}` : `  ${a} -.->|${kind}| ${b}`);
    }
  return [...lines].join('\n');
}
