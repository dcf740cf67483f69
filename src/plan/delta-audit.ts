/**
 * Decides which checks of an increment need to look only at the rows that it brings. That is so for a check which says the
 * same of a row (or of all rows with one key) whatever other rows there are, and which the relation passed without a single
 * failure when the last build ended: then no row that was there before can fail now.
 */
import type { NodeId } from '../compile/compiled.ts';
import type { StateSnapshot } from '../state/state-reader.ts';
import type { Action, PlannedCheck } from './action.ts';
import type { BuildPart } from './build-context.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** The checks that the last build of the relation passed, as they are now. */
function passedBefore(checks: readonly PlannedCheck[], ordinal: number, { passes }: StateSnapshot): readonly NodeId[] {
  return checks
    .filter(({ id, fingerprint, warnIf, errorIf }) => {
      const last = passes[id];
      const isShare = warnIf.percent || errorIf.percent;
      return fingerprint !== undefined && !isShare && last?.fingerprint === fingerprint && last.ordinal === ordinal;
    })
    .map(({ id }) => id);
}

function isHook(action: Action): boolean {
  return action.kind === 'operation' && action.operation.kind === 'run-sql';
}

/** The work of an increment with its audit, before the stage is gone where that is of use. */
export function auditIncrement(part: BuildPart, audit: Audit, state: StateSnapshot): readonly Action[] {
  const plain = [...part.work, audit];
  const hasHooks = [...part.work, ...part.closing].some(isHook) || part.before.length + part.after.length > 0;
  const checks = part.strategy === undefined || hasHooks ? [] : passedBefore(audit.checks, part.assumes.ordinal, state);
  if (checks.length === 0) return plain;
  const work = stagedWork(part.work);
  const at = work.findIndex((action) => action.kind === 'apply-increment');
  const applied = work[at];
  if (applied?.kind !== 'apply-increment') return plain;
  const { stage, target } = applied;
  return [...work.slice(0, at + 1), { ...audit, delta: { stage, target, checks } }, ...work.slice(at + 1)];
}

/** Rows that are added directly are nowhere to be looked at afterwards: they are staged instead. */
export function stagedWork(work: readonly Action[]): readonly Action[] {
  return work.flatMap((action): readonly Action[] => {
    if (action.kind !== 'append-query') return [action];
    const { stage, target, targetColumns, query, span } = action;
    const declared = span === undefined ? {} : { span };
    return [
      { kind: 'operation', operation: { kind: 'stage-query', stage, temporary: true, query } },
      { kind: 'apply-increment', stage, target, targetColumns, strategy: 'append', key: [], onSchemaChange: 'ignore', ...declared },
      { kind: 'operation', operation: { kind: 'drop', relation: stage, relationKind: 'table', temporary: true } },
    ];
  });
}
