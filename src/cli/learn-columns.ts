/** Learns the columns of models from the database itself, where the engine cannot bind queries beside it: over empty temporary tables, which are undone. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Operation } from '../adapter/operation.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import type { CompiledModel, CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import { fillSlots } from '../compile/slots.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { runOperation } from '../execute/perform.ts';
import { StatementFailure } from '../execute/step-failure.ts';
import { ancestors, inOrder } from '../graph/traverse.ts';
import { slotValues } from '../plan/texts.ts';
import { anyRun } from './check-queries.ts';
import type { LoadedGraph } from './load-graph.ts';

/** What is known of relations by other means. */
export type Roots = (id: NodeId) => readonly Column[] | undefined;

/** The columns of `wanted` as far as their queries, and those of all above, can be understood. */
export async function learnColumns(
  adapter: Adapter,
  session: Session,
  loaded: LoadedGraph,
  { wanted, roots }: { readonly wanted: ReadonlySet<NodeId>; readonly roots: Roots },
): Promise<ReadonlyMap<NodeId, readonly Column[]>> {
  const connection = await session.connect();
  const refused = new Set<NodeId>();
  try {
    // A transaction ends with the first query that fails: it begins anew without that one, and what reads it.
    for (;;) {
      const learner = new Learner(adapter, connection, loaded, roots, refused);
      const failed = await learner.learn(wanted);
      if (failed === undefined) return learner.columns;
      refused.add(failed);
    }
  } finally {
    await connection.close();
  }
}

class Learner {
  readonly columns = new Map<NodeId, readonly Column[]>();
  readonly #adapter: Adapter;
  readonly #connection: Connection;
  readonly #loaded: LoadedGraph;
  readonly #roots: Roots;
  readonly #refused: ReadonlySet<NodeId>;
  readonly #relations = new Map<NodeId, Relation>();
  readonly #taken = new Set<string>();

  constructor(adapter: Adapter, connection: Connection, loaded: LoadedGraph, roots: Roots, refused: ReadonlySet<NodeId>) {
    this.#adapter = adapter;
    this.#connection = connection;
    this.#loaded = loaded;
    this.#roots = roots;
    this.#refused = refused;
  }

  /** Gives the model whose query was refused; undefined when all went well. */
  async learn(wanted: ReadonlySet<NodeId>): Promise<NodeId | undefined> {
    const { graph } = this.#loaded;
    await this.#connection.begin({ label: 'tx' });
    try {
      for (const id of inOrder(graph, [...ancestors(graph, wanted), ...wanted])) {
        const node = graph.nodes.get(id);
        if (node === undefined || !('relation' in node) || this.#refused.has(id)) continue;
        try {
          if (node.resourceType === 'model') await this.#learnModel(node);
          else await this.#makeRoot(id, node.relation);
        } catch (cause) {
          if (!(cause instanceof StatementFailure || cause instanceof EngineError)) throw cause;
          this.columns.clear();
          return id;
        }
      }
      return undefined;
    } finally {
      await this.#connection.rollback();
    }
  }

  async #makeRoot(id: NodeId, wanted: Relation): Promise<void> {
    const columns = this.#roots(id);
    if (columns === undefined || columns.length === 0) return;
    const stage = this.#name(wanted);
    await this.#run({ kind: 'stage-columns', stage, temporary: true, columns });
    this.#relations.set(id, stage);
  }

  async #learnModel(node: CompiledModel): Promise<void> {
    const { texts } = this.#loaded;
    if (!node.dependsOn.every(({ id }) => this.#relations.has(id))) return;
    const { dialect } = this.#adapter;
    const standIns = new Map(node.dependsOn.map(({ id }) => [id, dialect.relation(this.#relations.get(id) ?? node.relation)]));
    const source = { path: node.path, text: texts.get(node.path) ?? '' };
    const { value, diagnostics } = await this.#loaded.compileUnitTest(source, { definition: plainTestOf(node), standIns });
    if (hasErrors(diagnostics)) return;
    const { sql } = fillSlots(value.text, slotValues(anyRun, dialect));
    const stage = this.#name(node.relation);
    const query = { node: node.id, sql: `select * from (\n${sql}\n) as learned where false` };
    await this.#run({ kind: 'stage-query', stage, temporary: true, query });
    this.#relations.set(node.id, stage);
    this.columns.set(node.id, await this.#adapter.catalog.columns(this.#connection, stage, true));
  }

  async #run(operation: Operation): Promise<void> {
    await runOperation(this.#adapter, this.#connection, operation);
  }

  #name({ name: wanted }: Relation): Relation {
    const { foldIdentifier: fold, temporarySchema: schema } = this.#adapter.dialect;
    let name = wanted;
    for (let number = 2; this.#taken.has(fold(name)); number += 1) name = `${wanted.slice(0, 12)}_${number}`;
    this.#taken.add(fold(name));
    return { schema, name };
  }
}

/** The text of a first run with nothing overridden. */
function plainTestOf(node: CompiledModel): CompiledUnitTest {
  const { id, name, path, fqn } = node;
  return {
    resourceType: 'unit_test',
    id,
    name,
    path,
    fqn,
    description: '',
    tags: [],
    dependsOn: [],
    macros: [],
    rawConfig: {},
    span: { path, start: 0, end: 0 },
    model: id,
    inputs: [],
    expect: { kind: 'rows', columns: [], rows: [] },
    overrides: { vars: {}, macros: {}, isIncremental: false },
  };
}
