/** Codes of the `plan` area. */
import { error } from '../code-entry.ts';

export const planCodes = {
  'placeholder-plan': error<Record<string, never>>(() => 'placeholder'),
};
