/** What of the plan says how staged rows are divided, made ready for SQL. */
import type { RowRule, RowsToDivide } from '../checks/partition-sql.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Action, PlannedCheck } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { StepContext } from './attempt.ts';
import type { ExecutionPorts } from './execution.ts';

export type Quarantine = Extract<Action, { kind: 'quarantine' }>;
export type Divided = Pick<BuildStep, 'node' | 'name' | 'path' | 'relation'>;

/** Of the context of a step, what is needed here. */
export interface DivisionTools extends Pick<StepContext, 'connection' | 'apart'> {
  readonly ports: Pick<ExecutionPorts, 'adapter'>;
  readonly plan: Pick<StepContext['plan'], 'run'>;
}

/** Where the staged rows are, and what they are called meanwhile. */
export function rowsToDivide({ ports }: DivisionTools, step: Divided, { stage }: Quarantine): RowsToDivide {
  const { dialect } = ports.adapter;
  return {
    stage: dialect.relation(stage),
    alias: dialect.quoteIdentifier(step.relation.name),
    rowId: dialect.rowId,
    literal: dialect.literal,
  };
}

export function rulesOf(context: DivisionTools, action: Quarantine): readonly RowRule[] {
  return askedRules(context, action).map(({ rule }) => rule);
}

/** The rules that are not proven, each with its check. */
export function askedRules(
  { ports }: DivisionTools,
  action: Quarantine,
): readonly { readonly check: PlannedCheck; readonly rule: RowRule }[] {
  const { quoteIdentifier } = ports.adapter.dialect;
  const asked = action.rules.flatMap((rule) => {
    const check = action.audit.checks.find(({ id }) => id === rule.test) ?? bug(`${rule.test} is not asked`);
    return check.proven === true && action.published === undefined ? [] : [{ check, rule }];
  });
  return asked.map(({ check, rule: { keep } }) => {
    const reason = JSON.stringify({
      test: check.name,
      check: check.check,
      ...(check.column === undefined ? {} : { column: check.column }),
    });
    const { shape, where, groupBy, onNull } = check;
    const stays = keep === undefined ? {} : { keep: { which: keep.which, column: quoteIdentifier(keep.column) } };
    return { check, rule: { shape, reason, where, groupBy, onNull, ...stays } };
  });
}
