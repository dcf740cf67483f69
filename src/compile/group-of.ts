/** Which group a node belongs to, apart from all that compiles: readers of a finished graph need only this. */
import type { CompiledNodeUnion } from './compiled.ts';

/** The group that a node belongs to. */
export function groupOf(node: CompiledNodeUnion): string | undefined {
  return node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot' ? node.config.group : undefined;
}
