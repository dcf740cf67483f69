/** The project as it is watched: it is loaded anew when files change, and what that means for its nodes is told. */
import type { NodeId } from '../../compile/compiled.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Graph } from '../../graph/graph.ts';
import { descendants } from '../../graph/traverse.ts';
import { compareNodes } from '../../watch/compare-nodes.ts';
import type { ChangedNodes } from '../../watch/compare-nodes.ts';
import { requireSound } from '../check-queries.ts';
import { Stop } from '../exit.ts';
import { createEndings } from '../host.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { ProjectOptions, SelectionOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { withChildren } from './checker.ts';
import type { Checker } from './checker.ts';

/** A project as it was loaded once. Its files stay open until nobody uses it any more. */
export interface LoadedState {
  readonly host: Host;
  readonly loaded: LoadedGraph;
  readonly selected: ReadonlySet<NodeId>;
  readonly retain: () => void;
  readonly release: () => void;
  /** Lets go of it at once; `isDamaged` when the cache cannot be read. */
  readonly end: (isDamaged: boolean) => void;
}

/** Loads the project and resolves the selection. Throws a `Stop` for what is wrong with either. */
export async function loadState(host: Host, screen: Screen, options: ProjectOptions & SelectionOptions): Promise<LoadedState> {
  const own: Host = { ...host, ...createEndings() };
  let users = 1;
  let isOpen = true;
  const end = (isDamaged: boolean): void => {
    if (isOpen) own.end(isDamaged);
    isOpen = false;
  };
  try {
    const loaded = await loadGraph(own, screen, options);
    const selected = selectNodes(own, screen, loaded, options);
    return {
      host: own,
      loaded,
      selected,
      retain: () => void (users += 1),
      release: () => {
        users -= 1;
        if (users === 0) end(false);
      },
      end,
    };
  } catch (cause) {
    end(cause instanceof Error && cause.name === 'CacheDamaged');
    throw cause;
  }
}

/** What became of the nodes of these files, and of those that stand on them. */
export function findChanges(before: LoadedState | undefined, after: LoadedState, paths: ReadonlySet<string>): ChangedNodes {
  const { loaded } = after;
  const fresh = new Set(loaded.compiled);
  // Another command may have compiled a file, and those that ask for it, after it was saved and before it was loaded here.
  const isMissed = (path: string): boolean => {
    const text = loaded.texts.get(path);
    return text !== undefined && !fresh.has(path) && text !== before?.loaded.texts.get(path);
  };
  const { files, seeds } = loaded.project;
  const data = new Set(seeds.flatMap(({ path }) => (paths.has(path) ? [path] : [])));
  const compared = [...paths].some(isMissed) ? [...files, ...seeds].map(({ path }) => path) : [...fresh, ...data];
  return compareNodes(before?.loaded, loaded, new Set([...compared, ...paths]), data);
}

export interface CheckOutcome {
  readonly looked: ReadonlySet<NodeId>;
  /** Names of what was looked at, what changed first. */
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles and types what changed and its direct children. `checker` is absent where columns are not looked at. */
export async function checkChanges(
  { host, loaded }: LoadedState,
  changed: ReadonlySet<NodeId>,
  checker: Checker | undefined,
): Promise<CheckOutcome> {
  const { graph } = loaded;
  const wanted = withChildren(graph, changed);
  const names = [...wanted].flatMap((id) => {
    const node = graph.nodes.get(id);
    return node === undefined || (node.resourceType === 'test' && node.test.kind === 'generic') ? [] : [node.name];
  });
  try {
    await requireSound(loaded, wanted);
    return { looked: wanted, names, diagnostics: wanted.size === 0 ? [] : ((await checker?.check(host, loaded, changed)) ?? []) };
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    return { looked: wanted, names, diagnostics: cause.diagnostics };
  }
}

/**
 * Those of `work` that are flawed, or stand on a node that is. What a flawed test of the work judges is flawed with it:
 * without the test it would be published unjudged.
 */
export function findBlocked({ loaded }: LoadedState, work: ReadonlySet<NodeId>, flawed: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  if (flawed.size === 0) return new Set();
  const { graph } = loaded;
  const judged = [...work].flatMap((id) => (flawed.has(id) && isTest(graph, id) ? (graph.parents.get(id) ?? []) : []));
  const held = new Set([...flawed, ...judged.filter((id) => work.has(id))]);
  const below = descendants(graph, held);
  return new Set([...work].filter((id) => held.has(id) || below.has(id)));
}

function isTest({ nodes }: Graph, id: NodeId): boolean {
  const kind = nodes.get(id)?.resourceType;
  return kind === 'test' || kind === 'unit_test';
}
