/** What the planners of steps share: what they are given, what they give, and the names of their stages. */
import { hash } from 'node:crypto';
import type { Operation } from '../adapter/operation.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { BuiltNode } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RecordedBuild, RecordedLedger } from '../state/state-reader.ts';
import type { Action } from './action.ts';
import type { Assumption, BuildStep } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import type { TextCollector } from './texts.ts';

/** What stands in the target now, by folded name. */
export interface Standing {
  readonly existing: (relation: Relation) => CatalogRelation | undefined;
  readonly recorded: (relation: Relation) => RecordedBuild | undefined;
  /** Of the newest record of a build; 0 where it was never built. */
  readonly ordinal: (relation: Relation) => number;
  readonly ledger: (relation: Relation) => RecordedLedger | undefined;
}

export interface BuildContext {
  readonly input: PlanInput;
  readonly standing: Standing;
  readonly collector: TextCollector;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** The parts of a step that depend on the node alone; order and tests are added by the caller. */
export type BuildPart = Omit<BuildStep, 'dependsOn' | 'blocks' | 'transaction'> & {
  /** Up to and including publication. */
  readonly work: readonly Action[];
  /** After the audit, before the commit. */
  readonly closing: readonly Action[];
};

/** Why what does not stand is built: nobody ever made it, or somebody has dropped it. */
export function whyMissing(standing: Standing, { id, relation }: Pick<BuiltNode, 'id' | 'relation'>): 'never-built' | 'gone' {
  return standing.recorded(relation)?.node === id ? 'gone' : 'never-built';
}

export function hashText(text: string): string {
  return hash('sha256', text, 'hex');
}

export const operation = (value: Operation): Action => ({ kind: 'operation', operation: value });

/** A stage under a name that no user writes and no other run uses: in `schema`, where it will be renamed, or temporary. */
export function stageRelation(context: BuildContext, id: string, schema: string): Relation {
  return { schema, name: `_tx_${hashText(`${id}\n${context.input.run.id}`).slice(0, 12)}` };
}

export function assumption(context: BuildContext, relation: Relation, existing: CatalogRelation | undefined): Assumption {
  return {
    ...(existing === undefined ? {} : { kind: existing.kind }),
    columns: existing?.columns ?? [],
    ordinal: context.standing.ordinal(relation),
  };
}
