/** All that is decided before a database is opened to build or to plan. */
import type { NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import { traced } from '../project/tracer.ts';
import { requireSound } from './check-queries.ts';
import { findDeferral, withDeferral } from './find-deferral.ts';
import { baseOf } from './find-production.ts';
import type { Production } from './find-production.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Prepared } from './make-plan.ts';
import { readLoadOrder } from './load-order.ts';
import { readInterval } from './read-options.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { readSeedFiles, seedTexts } from './seed-files.ts';
import type { SeedFiles } from './seed-files.ts';
import { stampSources } from './stamp-sources.ts';
import { prepareUnitTests } from './unit-tests.ts';
import { loadWhole } from './whole-texts.ts';

export interface Nodes extends Pick<Prepared, 'loaded' | 'selected'> {
  /** With more that the target itself is meant to hold: what was built for the same selection before. */
  readonly own?: ReadonlySet<string>;
  /** What an environment is compared with. */
  readonly production?: Production | undefined;
}

/** Reads and checks all that has to be in order before a database is opened for these nodes. */
export async function prepareNodes(
  host: Host,
  screen: Screen,
  request: RunRequest,
  { loaded, selected, own = selected, production }: Nodes,
): Promise<Prepared> {
  const { command, options } = request;
  const interval = readInterval(options);
  const loads = readLoadOrder(host, screen, loaded, request, { selected, interval });
  // What was asked for is read before a database is opened; which other seeds changed is known only then.
  const seeds = readSeeds(host, screen, loaded, command === 'build' || command === 'seed' ? selected : new Set());
  const unit = await prepareUnitTests(host, screen, loaded, command === 'build' || command === 'test' ? selected : new Set());
  const problems = [...seeds.diagnostics, ...unit.diagnostics];
  const unneeded = await traced(host.trace, 'check queries', () =>
    requireSound(loaded, selected, command === 'seed' ? new Set() : selected, problems),
  );
  screen.showDiagnostics(problems);
  const deferral =
    command === 'seed'
      ? undefined
      : await findDeferral(host, screen, loaded, { options, own, ...(production === undefined ? {} : { production }) });
  const whole = command === 'seed' ? loaded : await loadWhole(host, screen, unit.loaded, selected, deferral?.columns);
  return {
    loaded: withDeferral(screen, whole, deferral, selected),
    selected,
    seeds,
    unitTests: unit.value,
    unneeded,
    threads: options.threads ?? loaded.project.target.threads,
    interval,
    loads,
    ...(production === undefined ? {} : { bases: basesIn(loaded, production), differs: production.affected }),
    sources: command === 'test' ? new Map() : stampSources(host, loaded),
  };
}

/** What the target had of each node when the environment was built: whoever publishes it there wants to know whether that moved. */
function basesIn({ graph }: LoadedGraph, { find }: Production): ReadonlyMap<NodeId, string> {
  return new Map([...graph.nodes.values()].flatMap((node) => (isBuilt(node) ? [[node.id, baseOf(find(node)?.build)] as const] : [])));
}

/** The files of these seeds, and a note of what was found in them. */
export function readSeeds(host: Host, screen: Screen, loaded: LoadedGraph, needed: ReadonlySet<NodeId>): SeedFiles {
  const seeds = readSeedFiles(host.files, loaded, needed);
  screen.addSources(seedTexts(host.files, loaded, seeds.diagnostics));
  for (const note of seeds.notes) screen.note(note);
  return seeds;
}
