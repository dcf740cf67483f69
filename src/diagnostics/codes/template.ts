/** Codes of the `template` area. */
import { error } from '../code-entry.ts';

export const templateCodes = {
  'placeholder-template': error<Record<string, never>>(() => 'placeholder'),
};
