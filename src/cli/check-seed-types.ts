/** Asks the database whether it has the types that seeds declare, before anything is built. */
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { NodeId } from '../compile/compiled.ts';
import { declaredSeedTypes, describeSeedType } from '../analyze/describe-seed-types.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from './exit.ts';
import type { LoadedGraph } from './load-graph.ts';

/** Stops with every declared type of `seeds` that the database does not have; hooks may make types, and then only the load can tell. */
export async function requireSeedTypes(session: Session, { graph, hooks }: LoadedGraph, seeds: Iterable<NodeId>): Promise<void> {
  if (hooks.onRunStart.length > 0) return;
  const declared = [...seeds].flatMap((seed) => {
    const node = graph.nodes.get(seed);
    return node?.resourceType === 'seed' ? declaredSeedTypes(node) : [];
  });
  if (declared.length === 0) return;
  const connection = await session.connect();
  try {
    const types = [...new Set(declared.map(({ type }) => type))];
    if ((await refusalOf(connection, types)) === undefined) return;
    const problems: Diagnostic[] = [];
    for (const each of declared) {
      const refusal = await refusalOf(connection, [each.type]);
      if (refusal !== undefined) problems.push(describeSeedType(each, refusal.details));
    }
    if (problems.length > 0) throw new Stop(exitCodes.usage, problems);
  } finally {
    await connection.close();
  }
}

/** Why the database takes no values of these types; it tells of the first only. */
async function refusalOf(connection: Connection, types: readonly string[]): Promise<EngineError | undefined> {
  try {
    await connection.query({ sql: `select ${types.map((type) => `cast(null as ${type})`).join(', ')}` });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    if (cause.details.kind === 'connection' || cause.details.kind === 'cancelled') throw cause;
    return cause;
  }
}
