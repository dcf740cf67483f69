/** Plans what a property file promises of a relation: its contract, and its constraints. */
import type { WantedConstraint } from '../adapter/operation.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { BuiltNode, CompiledConstraint, CompiledModel, CompiledSeed } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Action, PlannedConstraint } from './action.ts';
import type { PlanInput } from './plan-input.ts';
import { maskedColumns } from './plan-tests.ts';

type Kept = CompiledModel | CompiledSeed;

/** Whether its relation is a table: nothing else has constraints. */
function hasRows(node: Kept): boolean {
  return node.resourceType === 'seed' || node.config.materialized === 'table' || node.config.materialized === 'incremental';
}

function planned(constraints: readonly CompiledConstraint[]): readonly PlannedConstraint[] {
  return constraints.map(({ type, columns, name, expression, to, span }) => ({
    span,
    wanted: {
      type,
      columns,
      ...(name === undefined ? {} : { name }),
      ...(expression === undefined ? {} : { expression }),
      ...(to === undefined ? {} : { to: { sql: to.sql, columns: to.columns } }),
    },
  }));
}

/** Constraints of a node by what becomes of them on this engine. */
export interface ConstraintPlan {
  /** The table has them. */
  readonly kept: readonly PlannedConstraint[];
  /** They are looked at with each build, and nobody keeps them in between. */
  readonly checked: readonly PlannedConstraint[];
}

export function planConstraints({ capabilities }: PlanInput, node: Kept): ConstraintPlan {
  const all = hasRows(node) ? planned(node.constraints) : [];
  const isKept = ({ wanted }: PlannedConstraint): boolean => wanted.type !== 'foreign_key' || capabilities.features.foreignKeys;
  return { kept: all.filter(isKept), checked: all.filter((each) => !isKept(each)) };
}

/** Whether no two rows of the table can be the same by some of its columns. */
export function hasUniqueConstraint({ kept }: ConstraintPlan): boolean {
  return kept.some(({ wanted }) => wanted.type === 'primary_key' || wanted.type === 'unique');
}

const wantedOf = ({ kept }: ConstraintPlan): readonly WantedConstraint[] => kept.map(({ wanted }) => wanted);

/** For `stage-query`, where constraints begin with the table. */
export function constraintsFromStart(
  { capabilities }: PlanInput,
  plan: ConstraintPlan,
): { readonly constraints?: readonly WantedConstraint[] } {
  return capabilities.constraints === 'with-table' && plan.kept.length > 0 ? { constraints: wantedOf(plan) } : {};
}

/** Refuses a query that does not give what the contract says; nothing was touched by then. */
export function requireContract(node: Kept, source: { readonly query: Query } | { readonly table: Relation }): readonly Action[] {
  if (node.config.contract !== true) return [];
  const columns = node.columns.map(({ name, dataType = '' }) => ({ name, type: dataType }));
  const span = node.rawConfig['contract']?.span;
  return [{ kind: 'require-contract', ...source, relation: node.relation, columns, ...(span === undefined ? {} : { span }) }];
}

/** Before the rows of a query are staged: finds the rows that break a constraint, once it is known that there are some. */
export function explainConstraints(
  node: Kept,
  { kept }: ConstraintPlan,
  probe: { readonly stage: Relation; readonly query: Query },
): readonly Action[] {
  return kept.length === 0
    ? []
    : [
        {
          kind: 'require-constraints',
          when: 'one was broken',
          ...probe,
          relation: node.relation,
          constraints: kept,
          masked: maskedColumns(node),
        },
      ];
}

/** Of staged rows for a table that is there; with the rows of the table that stay beside them. */
export function explainOnStage(
  node: Kept,
  plan: ConstraintPlan,
  increment: { readonly stage: Relation; readonly key: readonly string[] },
): readonly Action[] {
  const { stage, key } = increment;
  const all = { kind: 'require-constraints' as const, stage, relation: node.relation, masked: maskedColumns(node) };
  return [
    ...(plan.kept.length === 0
      ? []
      : [{ ...all, when: 'one was broken' as const, constraints: plan.kept, beside: { table: node.relation, key } }]),
    ...checkOnStage(node, plan, stage),
  ];
}

/** Constraints that the engine does not keep are looked at on the staged rows. */
export function checkOnStage(node: Kept, { checked }: ConstraintPlan, stage: Relation): readonly Action[] {
  if (checked.length === 0) return [];
  return [
    { kind: 'require-constraints', when: 'always', stage, relation: node.relation, constraints: checked, masked: maskedColumns(node) },
  ];
}

/** Puts constraints on a stage that has its rows. */
export function stageConstraints({ capabilities }: PlanInput, node: Kept, plan: ConstraintPlan, stage: Relation): readonly Action[] {
  if (capabilities.constraints !== 'any-time' || plan.kept.length === 0) return [];
  return [{ kind: 'operation', operation: { kind: 'stage-constraints', stage, target: node.relation, constraints: wantedOf(plan) } }];
}

/** For the publication of a stage that has constraints. */
export function constraintsOfStage(plan: ConstraintPlan): { readonly constraints?: readonly WantedConstraint[] } {
  return plan.kept.length === 0 ? {} : { constraints: wantedOf(plan) };
}

/** After the publication: constraints get their names. */
export function nameConstraints({ capabilities }: PlanInput, node: Kept, plan: ConstraintPlan, stage: Relation): readonly Action[] {
  if (capabilities.constraints !== 'any-time' || plan.kept.length === 0) return [];
  return [{ kind: 'operation', operation: { kind: 'sync-constraints', stage, target: node.relation, constraints: wantedOf(plan) } }];
}

/** Around the increment of a table: what nobody asks for any more goes first, what the table has not comes after. */
export function aroundIncrement(
  node: Kept,
  plan: ConstraintPlan,
  stage: Relation,
): { readonly before: readonly Action[]; readonly after: readonly Action[] } {
  if (plan.kept.length === 0) return { before: [], after: [] };
  const [target, constraints] = [node.relation, wantedOf(plan)];
  return {
    before: [{ kind: 'operation', operation: { kind: 'release-constraints', stage, target, constraints } }],
    after: [{ kind: 'operation', operation: { kind: 'sync-constraints', target, constraints } }],
  };
}

/** Whether a change of constraints may make the table anew, and what is on it is lost. */
export function mayRebuild({ capabilities }: PlanInput, { kept }: ConstraintPlan, existing: CatalogRelation | undefined): boolean {
  return capabilities.constraints === 'with-table' && kept.length > 0 && (existing?.attachments ?? []).length > 0;
}

/** One warning for all foreign keys that the engine does not keep. */
export function warnOfForeignKeys(input: PlanInput, nodes: readonly BuiltNode[]): readonly Diagnostic[] {
  const checked = nodes.flatMap((node) =>
    node.resourceType === 'snapshot' ? [] : planConstraints(input, node).checked.map(({ span }) => ({ span, node: node.id })),
  );
  const [first] = checked;
  if (first === undefined) return [];
  return [diagnose('foreign-key-not-kept', { engine: input.target.engine, count: checked.length }, first)];
}
