/** The audits of a step, those on staged rows included. */
import type { Action } from './action.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** In order, and each test once: one that is asked of staged rows and again of the table has one result. */
export function auditsIn(actions: readonly Action[]): readonly Audit[] {
  const seen = new Set<string>();
  const isNew = ({ id }: { readonly id: string }): boolean => !seen.has(id);
  return actions.flatMap((action) => {
    const audit = action.kind === 'audit' ? action : action.kind === 'quarantine' ? action.audit : undefined;
    if (audit === undefined) return [];
    const own = { ...audit, checks: audit.checks.filter(isNew), queries: audit.queries.filter(isNew) };
    for (const { id } of [...audit.checks, ...audit.queries]) seen.add(id);
    return [own];
  });
}
