/** Finds config that says nothing for the check that it stands on. */
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { Span } from '../diagnostics/span.ts';
import type { RawConfig } from '../parse/definitions.ts';
import type { TestConfig } from './compiled.ts';

/** On what a check stands, and whether it is a query of the project. */
interface Judged {
  readonly hasQuery: boolean;
  /** It is a query that no node is handed to. */
  readonly standsAlone?: true;
  readonly of: string;
}

interface Misfit {
  readonly key: string;
  readonly reason: string;
  readonly span: Span | undefined;
}

const noShare = 'it finds one thing or nothing, of which there is no percentage; give the bounds as arguments';

/** What folders and nodes say holds for checks of all kinds and is left out where it says nothing; only what stands on the check itself is judged. */
export function findConfigMisfits(
  check: CheckDefinition,
  config: TestConfig,
  own: RawConfig,
  { hasQuery, standsAlone, of }: Judged,
): readonly Misfit[] {
  const misfits: Misfit[] = [];
  const refuse = (key: string, isWrong: boolean, reason: string): void => {
    if (isWrong && own[key] !== undefined) misfits.push({ key, reason, span: own[key]?.span });
  };
  const readsRows = check.counts !== 'columns';
  const isGrouped = config.groupBy !== undefined && check.groupable;
  const hasTotal = !hasQuery && (check.counts === 'rows' || check.counts === 'keys' || isGrouped);
  refuse('where', !readsRows, 'it looks at the columns of the relation, not at its rows');
  refuse('where', standsAlone === true, 'its query says itself which rows it looks at');
  refuse('group_by', !check.groupable, 'it is no check of a group of rows');
  refuse('on_null', !check.decidesNulls, 'no NULL keeps it from being decided');
  const tellsRowsApart = check.counts === 'keys' && check.groupable;
  const judgesRows = check.counts === 'rows' && check.decidesNulls;
  const wantsQuarantine = config.onFail === 'quarantine';
  refuse('on_fail', wantsQuarantine && (hasQuery || !(judgesRows || tellsRowsApart)), 'it does not say of each row whether it fails');
  const isKept = wantsQuarantine && of !== 'model';
  refuse('on_fail', isKept, `rows of a ${of} are not set aside, only those of a model`);
  refuse('schema', config.storeFailures !== true, 'no rows are stored without `store_failures: true`');
  refuse('keep', !tellsRowsApart, 'it does not tell rows apart by a key');
  refuse('keep', tellsRowsApart && !wantsQuarantine, 'no row is set aside without `on_fail: quarantine`');
  for (const [key, { percent }] of [['warn_if', config.warnIf] as const, ['error_if', config.errorIf] as const]) {
    refuse(key, percent && !hasTotal, hasQuery ? 'nobody counts the rows that its SQL looks at' : noShare);
  }
  return misfits;
}
