/** `tx ls --output gaps`: intervals of models that are missing before one that is loaded. The one form that asks the database. */
import type { NodeId } from '../../compile/compiled.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import { describeRange } from '../../intervals/describe-range.ts';
import { listGaps } from '../../plan/list-gaps.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { RunOptions } from '../options.ts';
import { readStandingIfAny } from '../read-standing-if-any.ts';
import type { Screen } from '../screen.ts';

export async function showGaps(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: RunOptions,
  selected: ReadonlySet<NodeId>,
): Promise<ExitCode> {
  const models = [...selected].flatMap((id) => {
    const node = loaded.graph.nodes.get(id);
    return node?.resourceType === 'model' && node.config.intervals !== undefined ? [node] : [];
  });
  if (models.length === 0) return exitCodes.ok;
  const { standing } = await readStandingIfAny(host, screen, { command: 'run', options }, { loaded, unitTests: new Map() });
  const run = { id: '', startedAt: new Date(host.clock.now()).toISOString() };
  const found = listGaps(models, { dialect: loaded.engine.dialect, ...standing, run });
  const lines = found.flatMap(({ name, gaps }) => gaps.map((range) => plainLine(`${name}  ${describeRange(range)}`)));
  if (lines.length > 0) screen.result(lines.join('\n'));
  return exitCodes.ok;
}
