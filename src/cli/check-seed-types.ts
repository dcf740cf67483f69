/** Asks the database whether it has the types that seeds declare, before anything is built. */
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from './exit.ts';
import type { LoadedGraph } from './load-graph.ts';

interface Declared {
  readonly seed: NodeId;
  readonly column: string;
  readonly type: string;
  readonly span: Diagnostic['span'];
}

/** Stops with every declared type of `seeds` that the database does not have; hooks may make types, and then only the load can tell. */
export async function requireSeedTypes(session: Session, { graph, hooks }: LoadedGraph, seeds: Iterable<NodeId>): Promise<void> {
  if (hooks.onRunStart.length > 0) return;
  const declared = [...seeds].flatMap((seed): readonly Declared[] => {
    const node = graph.nodes.get(seed);
    if (node?.resourceType !== 'seed' || node.preHooks.length > 0) return [];
    return Object.entries(node.config.columnTypes).map(([column, { value, span }]) => ({ seed, column, type: value, span }));
  });
  if (declared.length === 0) return;
  const connection = await session.connect();
  try {
    const types = [...new Set(declared.map(({ type }) => type))];
    if ((await refusalOf(connection, types)) === undefined) return;
    const problems: Diagnostic[] = [];
    for (const { seed, column, type, span } of declared) {
      const refusal = await refusalOf(connection, [type]);
      if (refusal === undefined) continue;
      const { message, hint, candidates = [] } = refusal.details;
      const near = candidates.map((name) => `\`${name}\``).join(', ');
      const advice = near === '' ? hint : `near names: ${near}`;
      problems.push(diagnose('seed-type', { column, type, problem: `the database refuses: ${message}`, advice }, { span, node: seed }));
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
