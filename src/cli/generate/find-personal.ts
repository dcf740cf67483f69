/** Binds what is known of personal columns to the project. */
import { hasMarks, personalColumns } from '../../analyze/personal.ts';
import type { PersonalColumns } from '../../analyze/personal.ts';
import type { NodeId } from '../../compile/compiled.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';

const nobody: PersonalColumns = { has: () => false, behind: () => [], inherited: () => undefined };

/** Of these nodes; queries are looked at only where some column is marked. */
export async function findPersonal(host: Host, loaded: LoadedGraph, ids: readonly NodeId[]): Promise<PersonalColumns> {
  const { graph, engine } = loaded;
  if (!hasMarks(graph, ids)) return nobody;
  const outcome = await analyzeNodes(host, loaded, new Set(ids));
  return personalColumns(outcome?.value ?? { nodes: new Map() }, graph, engine.dialect.foldIdentifier);
}
