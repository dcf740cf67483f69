/** Codes of the `seed` area. */
import { error } from '../code-entry.ts';

export const seedCodes = {
  'placeholder-seed': error<Record<string, never>>(() => 'placeholder'),
};
