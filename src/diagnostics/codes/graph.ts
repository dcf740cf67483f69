/** Codes of the `graph` area. */
import { error } from '../code-entry.ts';

export const graphCodes = {
  'placeholder-graph': error<Record<string, never>>(() => 'placeholder'),
};
