/** `tx clone`: copies tables of the target into an environment of it, so that what goes on from its rows can do so there. */
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
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
  let refused = 0;
  for (const id of selectNodes(host, screen, loaded, options)) {
    const node = loaded.graph.nodes.get(id);
    if (node === undefined || !isBuilt(node) || node.resourceType === 'seed') continue;
    // A view has no rows of its own.
    const isTable = node.resourceType === 'snapshot' || ['table', 'incremental'].includes(node.config.materialized);
    const found = isTable ? production?.find(node) : undefined;
    if (found?.entry.kind !== 'table') continue;
    const remembered = node.resourceType === 'model' ? rememberedBeside(node) : undefined;
    if (remembered === undefined) {
      copies.set(id, { relation: inBeside(found.entry.relation, production?.beside) });
      continue;
    }
    refused += 1;
    screen.note(`left ${node.name}: its rows could be copied, but not ${remembered}`);
  }
  if (copies.size === 0) {
    screen.note(refused > 0 ? 'nothing to copy' : 'nothing to copy: production has no table of what is selected');
    return exitCodes.ok;
  }
  const request = { command: 'build' as const, options: { ...options, force: true, clone: true } };
  const selected = new Set(copies.keys());
  const prepared = await prepareNodes(host, screen, request, { loaded, selected, production });
  return runCopies(host, screen, request, { ...prepared, copies });
}

/** What tells how a model goes on from its rows, and is not among them. */
function rememberedBeside({ config }: CompiledModel): string | undefined {
  if (config.materialized !== 'incremental') return undefined;
  if (config.intervals !== undefined) return 'the ledger of its intervals';
  return config.events?.deleteWhen === undefined ? undefined : 'what is remembered of deleted ones';
}
