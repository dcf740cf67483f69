/** Plans how a relation is kept beside what is in it: indexes, comments, rights. */
import type { Operation, WantedIndex } from '../adapter/operation.ts';
import type { Relation, RelationKind } from '../adapter/relation.ts';
import type { BuiltNode, StorageConfig } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Action } from './action.ts';
import type { PlanInput } from './plan-input.ts';

type Kept = BuiltNode;

const action = (operation: Operation): Action => ({ kind: 'operation', operation });

/** Names columns as config does. */
function indexing({ rawConfig }: Kept, operation: Operation): Action {
  const span = rawConfig['indexes']?.span;
  return { kind: 'operation', operation, ...(span === undefined ? {} : { span }) };
}

/** Indexes of what has rows of its own; undefined where config says nothing of them. */
function indexesOf({ config }: Kept, kind: RelationKind): readonly WantedIndex[] | undefined {
  return kind === 'view' ? undefined : config.storage?.indexes;
}

/** Indexes that are built on a stage: where readers wait from the publication on. */
export function stageIndexes({ capabilities }: PlanInput, node: Kept, stage: Relation): readonly Action[] {
  const indexes = indexesOf(node, 'table') ?? [];
  if (!capabilities.publishBlocksReaders || indexes.length === 0) return [];
  return [indexing(node, { kind: 'stage-indexes', stage, target: node.relation, indexes })];
}

/** Comments and rights, once the relation has its name. */
export function describeAndGrant({ capabilities }: PlanInput, node: Kept, kind: RelationKind): readonly Action[] {
  const { relation: target, config, description, columns } = node;
  const { persistDocs, grants } = config.storage ?? {};
  const comments = Object.fromEntries(
    persistDocs?.columns === true
      ? columns.filter((column) => column.description !== '').map((column) => [column.name, column.description])
      : [],
  );
  const comment = persistDocs?.relation === true && description !== '' ? { comment: description } : {};
  const says = 'comment' in comment || Object.keys(comments).length > 0;
  return [
    ...(says ? [action({ kind: 'describe', target, relationKind: kind, ...comment, columns: comments })] : []),
    ...(grants !== undefined && capabilities.features.grants ? [action({ kind: 'grant', target, grants })] : []),
  ];
}

/** Indexes at the end of a step: those of a stage get their names, missing ones are made, and those that nobody asks for any more go. */
export function syncIndexes(node: Kept, kind: RelationKind, stage?: Relation): readonly Action[] {
  const indexes = indexesOf(node, kind);
  if (indexes === undefined) return [];
  return [indexing(node, { kind: 'sync-indexes', target: node.relation, indexes, ...(stage === undefined ? {} : { stage }) })];
}

const special = ({ indexes }: StorageConfig): boolean =>
  (indexes ?? []).some(({ type, where, include }) => type !== undefined || where !== undefined || include !== undefined);

/** One warning for each way to keep a relation that the engine does not know, however many ask for it. */
export function warnWithoutEffect({ capabilities, target }: PlanInput, nodes: readonly Kept[]): readonly Diagnostic[] {
  const { features } = capabilities;
  const ways: readonly (readonly [string, string, boolean, (storage: StorageConfig) => boolean])[] = [
    ['unlogged', 'unlogged', features.unlogged, ({ unlogged }) => unlogged === true],
    ['grants', 'grants', features.grants, ({ grants }) => grants !== undefined],
    ['indexes', '`type`, `where` or `include` of `indexes`', features.specialIndexes, special],
  ];
  return ways.flatMap(([key, what, known, asks]) => {
    const asking = known ? [] : nodes.filter(({ config }) => config.storage !== undefined && asks(config.storage));
    const [first] = asking;
    if (first === undefined) return [];
    const span = first.rawConfig[key]?.span;
    const parameters = { what: what.includes('`') ? what : `\`${what}\``, engine: target.engine, nodes: asking.length };
    return [diagnose('config-without-effect', parameters, { node: first.id, ...(span === undefined ? {} : { span }) })];
  });
}
