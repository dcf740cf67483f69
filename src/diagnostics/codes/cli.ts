/** Codes of the `cli` area. */
import { error } from '../code-entry.ts';

export const cliCodes = {
  'placeholder-cli': error<Record<string, never>>(() => 'placeholder'),
};
