/** Writes the fixes of findings into files, each file only if the project compiles to what the fixes promise and to nothing else. */
import { join } from 'node:path';
import type { CompilePorts, CompileRequest } from '../cache/compiled-project.ts';
import { compilePlain } from '../cache/compile-plain.ts';
import type { NodeId } from '../compile/compiled.ts';
import { sameSql } from '../format/prove-same.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Finding, Fix } from '../lint/finding.ts';
import type { Host } from './host.ts';
import { jsLoader, plainValues } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';
import { replaceText } from './replace-text.ts';

export interface Fixed {
  readonly findings: ReadonlySet<Finding>;
  readonly paths: readonly string[];
}

export async function applyFixes(host: Host, loaded: LoadedGraph, findings: readonly Finding[]): Promise<Fixed> {
  const byPath = groupBy(
    findings.filter(({ fix }) => fix !== undefined),
    ({ fix }) => fix?.path ?? '',
  );
  const texts = new Map(
    [...byPath].flatMap(([path, those]) => {
      const text = loaded.texts.get(path);
      return text === undefined ? [] : [[path, replaceAll(text, fixesOf(those))] as const];
    }),
  );
  if (texts.size === 0) return { findings: new Set(), paths: [] };
  const unproven = await findUnproven(host, loaded, texts, [...byPath.values()].flatMap(fixesOf));
  const done = new Set<Finding>();
  const paths: string[] = [];
  for (const [path, text] of texts) {
    const before = loaded.texts.get(path) ?? '';
    if (unproven.has(path) || !replaceText(host, loaded.project.root, { path, before, after: text })) continue;
    paths.push(path);
    for (const finding of byPath.get(path) ?? []) done.add(finding);
  }
  return { findings: done, paths };
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function fixesOf(findings: readonly Finding[]): readonly Fix[] {
  return findings.flatMap(({ fix }) => fix ?? []);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with parts replaced; a part that reaches into one before it is left as it is. A line that comes out empty goes. */
function replaceAll(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: by } of [...edits].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    result += text.slice(at, start) + by;
    at = end;
    if (by !== '' || !/^[ \t]*(?:\n|$)/.test(text.slice(at))) continue;
    // Nothing is left of the line, or only its beginning: no blanks before its end, and no empty line.
    result = result.replace(/[ \t]*$/, '');
    if (/(?:^|\n)$/.test(result)) at += /^[ \t]*\n?/.exec(text.slice(at))?.[0].length ?? 0;
  }
  return result + text.slice(at);
}

/** Compiles everything with the new texts, and compares it with what was promised: the paths that come out differently. */
async function findUnproven(
  host: Host,
  { project, engine, flagVars, graph, nodeErrors }: LoadedGraph,
  texts: ReadonlyMap<string, string>,
  fixes: readonly Fix[],
): Promise<ReadonlySet<string>> {
  const request: CompileRequest = { project, dialect: engine.dialect, flagVars: plainValues(flagVars) };
  const absolute = new Map([...texts].map(([path, text]) => [join(project.root, path), new TextEncoder().encode(text)]));
  const files = { ...host.files, readBytes: (path: string) => absolute.get(path) ?? host.files.readBytes(path) };
  const ports: CompilePorts = { files, js: (given) => jsLoader(project.root, given) };
  const compiled = await compilePlain(request, ports);
  compiled.close();
  // Two calls that are fine each can make a cycle together.
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.some(({ node }) => node === undefined)) return new Set(texts.keys());
  const refused = new Set<string | undefined>(errors.map(({ node }) => node));
  const promised = groupBy(fixes, ({ compiled: { node } }) => node);
  const flawed = new Set<string | undefined>(nodeErrors.map(({ node }) => node));
  const unproven = new Set<string>();
  for (const node of graph.nodes.values()) {
    // What did not compile before is no proof of anything.
    if (graph.broken.has(node.id) || flawed.has(node.id)) continue;
    const after = compiled.graph.nodes.get(node.id);
    const expected = textsOf(node).map((text, at) => (at === 0 ? replaceAll(text, editsFor(promised, node.id)) : text));
    const isBroken = after === undefined || refused.has(node.id) || compiled.graph.broken.has(node.id);
    const found = isBroken ? [] : textsOf(after);
    if (expected.length === found.length && expected.every((text, at) => sameSql(text, found[at] ?? ''))) continue;
    if (texts.has(node.path)) unproven.add(node.path);
    // Something else changes, and which fix is to blame is not known.
    else return new Set(texts.keys());
  }
  return unproven;
}

function editsFor(promised: ReadonlyMap<NodeId, readonly Fix[]>, node: NodeId): readonly Edit[] {
  return (promised.get(node) ?? []).map(({ compiled }) => compiled);
}

function textsOf(node: GraphNode): readonly string[] {
  if (node.resourceType === 'model')
    return [node.full.sql, node.incremental?.sql ?? '', ...[...node.preHooks, ...node.postHooks].map(({ text }) => text.sql)];
  return node.resourceType === 'test' && node.test.text !== undefined ? [node.test.text.sql] : [];
}
