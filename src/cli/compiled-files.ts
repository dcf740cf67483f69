/** Writes compiled SQL under target/compiled, in the layout that dbt users know. */
import { textPath } from '../compile/text-path.ts';
import { join } from 'node:path';
import { hasColumnSlots } from '../compile/column-slots.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { FileSystem } from '../project/file-system.ts';
import type { Project } from '../project/project.ts';

/** Where compiled texts stand, relative to the project. */
export function compiledFolder(project: Project): string {
  return `${project.paths.target}/compiled/${project.name}`;
}

/** Where the compiled text of a file stands, relative to the project. */
export function compiledPathOf(project: Project, path: string): string {
  return `${compiledFolder(project)}/${path}`;
}

/** The text that a node compiles to, when it has one: for incremental models the full one. */
export function compiledTextOf(node: GraphNode | undefined): CompiledText | undefined {
  if (node?.resourceType === 'model' || node?.resourceType === 'snapshot') return node.full;
  if (node?.resourceType === 'test' && node.test.text !== undefined) return node.test.text;
  return undefined;
}

/** Writes the texts of `nodes`; an incremental model gets a second file for its later runs. Gives the number of files. */
export function writeCompiled(files: FileSystem, project: Project, nodes: readonly GraphNode[]): number {
  let written = 0;
  const write = (path: string, text: string): void => {
    files.writeAtomic(join(project.root, path), text.endsWith('\n') ? text : `${text}\n`);
    written += 1;
  };
  for (const node of nodes) {
    const text = compiledTextOf(node);
    // Nobody has found out about the columns that it is written from.
    if (text === undefined || hasColumnSlots(text)) continue;
    const path = compiledPathOf(project, textPath(node));
    write(path, text.sql);
    if (node.resourceType === 'model' && node.incremental !== undefined)
      write(path.replace(/\.sql$/i, '.incremental.sql'), node.incremental.sql);
  }
  return written;
}

/** Id of the node that a text key belongs to: hooks carry theirs behind a colon. */
export function nodeOfKey(key: string): NodeId {
  // Keys are made from node ids by the plan.
  return (key.split(':')[0] ?? key) as NodeId;
}
