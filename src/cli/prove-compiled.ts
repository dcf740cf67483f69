/** Compiles a project with files replaced, and finds those whose new text gives other SQL. */
import { join } from 'node:path';
import type { CompileRequest, CompilePorts } from '../cache/compiled-project.ts';
import { compilePlain } from '../cache/compile-plain.ts';
import { sameSql } from '../format/prove-same.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { FileSystem } from '../project/file-system.ts';

/** The new texts of files, by path. */
type Texts = ReadonlyMap<string, string>;

/** What one node compiles to: each rendering and hook. */
interface CompiledNode {
  readonly path: string;
  readonly texts: readonly string[];
}

/** The paths whose new text would compile to other SQL. What did not compile before is no proof of anything. */
export async function findMiscompiled(request: CompileRequest, ports: CompilePorts, replaced: Texts): Promise<ReadonlySet<string>> {
  const compile = (texts: Texts): Promise<ReadonlyMap<string, CompiledNode>> => compileWith(request, ports, texts);
  const before = await compile(new Map());
  const differing = async (texts: Texts): Promise<ReadonlySet<string>> => findDifferences(before, await compile(texts));
  const culprits = new Set<string>();
  if ((await differing(replaced)).size === 0) return culprits;
  // Files of nodes are told apart by their nodes; macros change the nodes that call them, so they are tried one by one.
  const macros = new Set(request.project.files.flatMap(({ kind, path }) => (kind === 'macro' ? [path] : [])));
  const ofNodes = new Map([...replaced].filter(([path]) => !macros.has(path)));
  for (const path of await differing(ofNodes)) culprits.add(path);
  for (const [path, text] of replaced) if (macros.has(path) && (await differing(new Map([[path, text]]))).size > 0) culprits.add(path);
  const left = new Map([...replaced].filter(([path]) => !culprits.has(path)));
  if ((await differing(left)).size === 0) return culprits;
  // Together they differ although none does alone: none of them is proven.
  return new Set(replaced.keys());
}

async function compileWith(request: CompileRequest, ports: CompilePorts, replaced: Texts): Promise<ReadonlyMap<string, CompiledNode>> {
  const files = overlay(ports.files, request.project.root, replaced);
  const compiled = await compilePlain(request, { ...ports, files });
  compiled.close();
  return readNodes(compiled.graph);
}

/** Reads the new texts in the place of what is on disk. */
function overlay(files: FileSystem, root: string, replaced: Texts): FileSystem {
  const absolute = new Map([...replaced].map(([path, text]) => [join(root, path), new TextEncoder().encode(text)]));
  return { ...files, readBytes: (path) => absolute.get(path) ?? files.readBytes(path) };
}

function readNodes({ nodes, broken }: Graph): ReadonlyMap<string, CompiledNode> {
  return new Map(
    [...nodes.values()].flatMap((node): readonly [string, CompiledNode][] => {
      const texts = broken.has(node.id) ? undefined : textsOf(node);
      return texts === undefined ? [] : [[node.id, { path: node.path, texts }]];
    }),
  );
}

function textsOf(node: GraphNode): readonly string[] | undefined {
  if (node.resourceType === 'model') {
    const hooks = [...node.preHooks, ...node.postHooks].map(({ text }) => text.sql);
    return [node.full.sql, node.incremental?.sql ?? '', ...hooks];
  }
  return node.resourceType === 'test' && node.test.text !== undefined ? [node.test.text.sql] : undefined;
}

function findDifferences(before: ReadonlyMap<string, CompiledNode>, after: ReadonlyMap<string, CompiledNode>): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const [id, node] of before) {
    const other = after.get(id);
    const same = other?.texts.length === node.texts.length && node.texts.every((text, at) => isSame(text, other.texts[at] ?? ''));
    if (!same) paths.add(node.path);
  }
  return paths;
}

function isSame(before: string, after: string): boolean {
  return before === after || sameSql(before, after);
}
