/** The entry of a column in a property file. */
import type { Column } from '../adapter/relation.ts';
import type { NamedEntry } from './add-to-yaml.ts';

/** Types in small letters, but for those in which names or values stand; `pii` is what is said of the values. */
export function columnEntry({ name, type }: Column, pii?: boolean | string): NamedEntry {
  const spelled = /^[A-Z0-9_ (),[\]]*$/.test(type) ? type.toLowerCase() : type;
  const mark = pii === undefined || pii === false ? [] : [['pii', pii] as const];
  return { name, values: [['data_type', spelled], ...mark], lists: [] };
}
