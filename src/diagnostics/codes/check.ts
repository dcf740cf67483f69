/** Codes of the `check` area. */
import { error } from '../code-entry.ts';

export const checkCodes = {
  'placeholder-check': error<Record<string, never>>(() => 'placeholder'),
};
