/** The entry of a column in a property file. */
import type { Column } from '../adapter/relation.ts';
import type { NamedEntry } from './add-to-yaml.ts';

/** Types in small letters, but for those in which names or values stand. */
export function columnEntry({ name, type }: Column): NamedEntry {
  const spelled = /^[A-Z0-9_ (),[\]]*$/.test(type) ? type.toLowerCase() : type;
  return { name, values: [['data_type', spelled]], lists: [] };
}
