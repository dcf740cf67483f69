/** Notes the columns with which a run leaves what it has built: what stands with others later, somebody else has changed. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Relation } from '../adapter/relation.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { BuildStep, Plan } from '../plan/plan.ts';
import type { PlacedFiles } from '../project/placed-files.ts';
import { shapeHash, shapeOf } from '../state/shape-hash.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { NodeResult } from './events.ts';

interface Shapes {
  readonly adapter: Adapter;
  readonly places: PlacedFiles;
  readonly connection: Connection;
  readonly writer: StateWriter;
  /** As they were when the plan was made. */
  readonly known: Readonly<Record<string, string>>;
  /** What the target of this environment had of each node. */
  readonly bases?: ReadonlyMap<string, string> | undefined;
  /** Of what is built from another text than before. */
  readonly texts?: ReadonlyMap<string, string> | undefined;
  /** Views over what is built, with the numbers of their builds. */
  readonly beside?: readonly { readonly relation: Relation; readonly ordinal: number }[] | undefined;
  readonly at: string;
}

/** Two statements at most, whatever was built. Without the note a relation is built again: a database that just failed must not hide the results. */
export async function noteShapes(
  plan: Plan,
  results: ReadonlyMap<string, NodeResult>,
  { adapter, places, connection, writer, known, bases, texts, beside = [], at }: Shapes,
): Promise<void> {
  const built = plan.steps.filter(
    (step): step is BuildStep => step.kind === 'build' && step.memory !== undefined && results.get(step.node)?.status === 'success',
  );
  const kept = plan.steps.flatMap((step) => {
    const build = step.kind === 'unchanged' && results.get(step.id)?.status === 'success' ? step.build : undefined;
    return build?.keeps === undefined ? [] : [{ relation: build.relation, ...build.keeps }];
  });
  if (built.length === 0) return;
  const subjectOf = ({ relation }: Pick<BuildStep, 'relation'>): string => buildSubject(relation, adapter.dialect);
  try {
    const found = await adapter.catalog.relations(connection, [...new Set([...built, ...beside].map(({ relation }) => relation.schema))]);
    const standing = new Map(found.map((entry) => [subjectOf(entry), entry]));
    const shapes = built.flatMap((step) => {
      const subject = subjectOf(step);
      const stands = standing.get(subject);
      const files = step.location === undefined ? undefined : places.seen(step.location);
      const seen = stands === undefined ? undefined : shapeOf(stands, files);
      // It was built because it seemed to have another query, and has come to the same words: nothing is said of these any more.
      const isRespelled = adapter.capabilities.respellsViews && step.reason === 'drifted' && seen === known[subject];
      const now = isRespelled && stands !== undefined && files === undefined ? shapeHash(stands.columns) : seen;
      const base = bases?.get(step.node);
      if (now === undefined || (now === known[subject] && base === undefined)) return [];
      return [{ relation: step.relation, ordinal: step.assumes.ordinal + 1, columns: now, ...(base === undefined ? {} : { base }) }];
    });
    const remade = beside.flatMap(({ relation, ordinal }) => {
      const subject = subjectOf({ relation });
      const stands = standing.get(subject);
      const now = stands === undefined ? undefined : shapeOf(stands);
      return now === undefined || now === known[subject] ? [] : [{ relation, ordinal, columns: now }];
    });
    const made = built.flatMap(({ node, relation, assumes }) => {
      const text = texts?.get(node);
      return text === undefined ? [] : [{ relation, ordinal: assumes.ordinal + 1, text }];
    });
    const all = [...shapes, ...remade];
    if (all.length + made.length + kept.length > 0) await connection.run(writer.notes(at, { shapes: all, texts: made, kept }));
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
  }
}
