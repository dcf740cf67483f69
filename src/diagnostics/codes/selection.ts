/** Codes of the `selection` area. */
import { error } from '../code-entry.ts';

export const selectionCodes = {
  'placeholder-selection': error<Record<string, never>>(() => 'placeholder'),
};
