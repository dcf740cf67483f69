/** `tx clone`: copies tables of the target into an environment of it, so that what goes on from its rows can do so there. */
import type { NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { isBuilt } from '../../graph/graph.ts';
import type { Copy } from '../../plan/plan-input.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { inBeside } from '../environment-database.ts';
import { findProduction } from '../find-production.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { RunOptions } from '../options.ts';
import { prepareNodes } from '../prepare-nodes.ts';
import { runCopies } from '../run-copies.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

export async function cloneCommand(host: Host, screen: Screen, options: RunOptions): Promise<ExitCode> {
  if (options.env === undefined) throw new Stop(exitCodes.usage, [diagnose('clone-needs-env', {})]);
  const loaded = await loadGraph(host, screen, options);
  const production = await findProduction(host, screen, loaded, options);
  const copies = new Map<NodeId, Copy>();
  for (const id of selectNodes(host, screen, loaded, options)) {
    const node = loaded.graph.nodes.get(id);
    if (node === undefined || !isBuilt(node) || node.resourceType === 'seed') continue;
    const isTable =
      node.resourceType === 'snapshot' ||
      node.config.materialized === 'table' ||
      (node.config.materialized === 'incremental' && node.config.intervals === undefined && node.config.events?.deleteWhen === undefined);
    const found = isTable ? production?.find(node) : undefined;
    // A view has no rows of its own; a ledger, and what was deleted, is not to be had by copying.
    if (found?.entry.kind === 'table') copies.set(id, { relation: inBeside(found.entry.relation, production?.beside) });
  }
  if (copies.size === 0) {
    screen.note('nothing to copy: production has no table of what is selected');
    return exitCodes.ok;
  }
  const request = { command: 'build' as const, options: { ...options, force: true, clone: true } };
  const selected = new Set(copies.keys());
  const prepared = await prepareNodes(host, screen, request, { loaded, selected, production });
  return runCopies(host, screen, request, { ...prepared, copies });
}
