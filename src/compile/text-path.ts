/** Where the compiled text of a node stands below the folder of compiled texts. */
import type { CompiledNodeUnion } from './compiled.ts';

/** A property file may define several snapshots, each with a text of its own. */
export function textPath({ resourceType, path, name }: Pick<CompiledNodeUnion, 'resourceType' | 'path' | 'name'>): string {
  return resourceType === 'snapshot' ? `${path}/${name}.sql` : path;
}
