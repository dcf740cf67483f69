/** Codes of the `run` area. */
import { error } from '../code-entry.ts';

export const runCodes = {
  'placeholder-run': error<Record<string, never>>(() => 'placeholder'),
};
