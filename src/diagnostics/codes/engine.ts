/** Codes of the `engine` area. */
import { error } from '../code-entry.ts';

export const engineCodes = {
  'placeholder-engine': error<Record<string, never>>(() => 'placeholder'),
};
