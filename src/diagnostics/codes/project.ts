/** Codes of the `project` area. */
import { error } from '../code-entry.ts';

export const projectCodes = {
  'placeholder-project': error<Record<string, never>>(() => 'placeholder'),
};
