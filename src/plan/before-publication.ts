/** Divides the work of a step at its publication, so that tests can look at what is not published yet. */
import type { Operation } from '../adapter/operation.ts';
import type { Relation } from '../adapter/relation.ts';
import type { CompiledTest } from '../compile/compiled.ts';
import type { Action } from './action.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { operation, stageRelation } from './build-context.ts';
import { namesRelation } from './plan-tests.ts';
import { readStandIn } from './read-stand-in.ts';

interface Parted {
  readonly before: readonly Action[];
  /** The tests that look at the stage alone, as they are to be asked then. */
  readonly early: readonly CompiledTest[];
  /** Those that have to wait for the relation. */
  readonly late: readonly CompiledTest[];
  readonly stage: Relation;
  /** The publication and what follows it. */
  readonly after: readonly Action[];
}

/** Undefined where nothing that others read is published, or no test can come before. */
export function beforePublication(context: BuildContext, part: BuildPart, tests: readonly CompiledTest[]): Parted | undefined {
  const at = part.work.findIndex(isPublication);
  const publication = part.work[at];
  // What nobody had before can be published and taken back; files cannot be there for a while.
  if (publication === undefined || (part.assumes.kind === undefined && publication.kind !== 'publish-files')) return undefined;
  const standIn = { schema: context.input.dialect.temporarySchema, name: part.relation.name };
  const { declared, own, late } = sortTests(context, part, tests, standIn);
  const early = [...declared, ...own];
  if (early.length === 0) return undefined;
  const [before, after] = [part.work.slice(0, at), part.work.slice(at)];
  const drop = operation({ kind: 'drop', relation: standIn, relationKind: 'view', temporary: true });
  const publishing =
    publication.kind === 'publish-files' ? publication : publication.kind === 'operation' ? publication.operation : undefined;
  if (publishing?.kind === 'publish-stage' || publishing?.kind === 'publish-files') {
    const { stage } = publishing;
    if (own.length === 0) return { before, early, late, stage, after };
    const query = { node: part.node, sql: `select * from ${context.input.dialect.relation(stage)}` };
    const staging = operation({ kind: 'stage-view', stage: standIn, query });
    return { before: [...before, staging], early, late, stage, after: [drop, ...after] };
  }
  if (publishing?.kind !== 'publish-view') return undefined;
  // A view has no stage of its own; one that only this connection sees stands for it.
  const stage = own.length === 0 ? stageRelation(context, part.node, standIn.schema) : standIn;
  const staging = operation({ kind: 'stage-view', stage, query: publishing.query });
  const dropped = operation({ kind: 'drop', relation: stage, relationKind: 'view', temporary: true });
  return { before: [...before, staging], early, late, stage, after: [dropped, ...after] };
}

function isPublication(action: Action): boolean {
  if (action.kind === 'publish-files') return true;
  return action.kind === 'operation' && (action.operation.kind === 'publish-stage' || action.operation.kind === 'publish-view');
}

interface Sorted {
  /** Checks that look at what they are given. */
  readonly declared: readonly CompiledTest[];
  /** Tests with SQL of their own, which now reads the stand-in. */
  readonly own: readonly CompiledTest[];
  readonly late: readonly CompiledTest[];
}

function sortTests(context: BuildContext, part: BuildPart, tests: readonly CompiledTest[], standIn: Relation): Sorted {
  const { input } = context;
  const sorted = { declared: new Array<CompiledTest>(), own: new Array<CompiledTest>(), late: new Array<CompiledTest>() };
  const isNameTaken = [...part.before, ...part.work.flatMap((action) => (action.kind === 'operation' ? [action.operation] : []))].some(
    mayTakeName,
  );
  for (const test of tests) {
    if (test.test.kind === 'generic' && !namesRelation(input, test, part.relation)) {
      sorted.declared.push(test);
      continue;
    }
    const redirected = isNameTaken ? undefined : readStandIn(test, { relation: part.relation, standIn }, input.dialect);
    if (redirected === undefined) sorted.late.push(test);
    else sorted.own.push(redirected);
  }
  return sorted;
}

/** A hook that makes something temporary may give it the name of the relation. */
function mayTakeName(work: Operation): boolean {
  return work.kind === 'run-sql' && /\btemp/i.test(work.query.sql);
}
