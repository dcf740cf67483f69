/** The reasons of steps in words. */
import type { Reason } from '../plan/plan.ts';

export const reasonWords: Readonly<Record<Reason, string>> = {
  selected: 'selected',
  'never-built': 'never built',
  gone: 'was built, and is gone',
  'full-refresh': 'full refresh',
  incremental: 'new rows only',
  intervals: 'missing intervals',
  'kind-changed': 'was another kind of relation',
  history: 'what has changed',
  'history-kept': 'what has changed; its history is kept',
  'seed-changed': 'file changed',
  test: 'test what is published',
  hook: 'its hooks may do anything',
  replay: 'rows of its quarantine',
  'sql-changed': 'its SQL has changed',
  'config-changed': 'its config has changed',
  'upstream-rebuilt': 'what it reads has changed',
  'source-new-data': 'a source may have new data',
  drifted: 'does not stand as it was built',
  'not-noted': 'how its last run left it is not known',
  'non-deterministic': 'asks for what is not the same each time',
  reset: 'was reset',
  copied: 'copied from another environment',
  'metadata-changed': 'comments and rights only',
  unchanged: 'unchanged',
};
