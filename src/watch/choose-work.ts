/** Decides which nodes a save or a key is about, always within what was selected. */
import type { NodeId } from '../compile/compiled.ts';
import type { Graph, ResourceType } from '../graph/graph.ts';
import { descendants } from '../graph/traverse.ts';

export type WatchedCommand = 'run' | 'build' | 'test' | 'compile';

/** `changed` is what a save and the key `r` ask for. */
export type WorkKind = 'changed' | 'downstream' | 'test' | 'failed' | 'all';

export interface WorkInput {
  readonly graph: Graph;
  readonly selected: ReadonlySet<NodeId>;
  readonly command: WatchedCommand;
  /** What changed last. */
  readonly touched: ReadonlySet<NodeId>;
  /** What failed or was left out when it ran last. */
  readonly failed: ReadonlySet<NodeId>;
}

/** The nodes to hand to the command. */
export function chooseWork(kind: WorkKind, input: WorkInput): ReadonlySet<NodeId> {
  const { graph, selected, failed } = input;
  const command = kind === 'test' ? 'test' : input.command;
  switch (kind) {
    case 'all':
      return selected;
    case 'failed':
      return keep(failed, selected);
    case 'downstream':
      return keep(withWork(input, command, [...input.touched, ...descendants(graph, input.touched)]), selected);
    case 'changed':
    case 'test':
      return keep(withWork(input, command, input.touched), selected);
  }
}

/** What the command does about these nodes: also the tests on them, and for a run what loads a seed. */
function withWork({ graph }: WorkInput, command: WatchedCommand, touched: Iterable<NodeId>): ReadonlySet<NodeId> {
  const work = new Set<NodeId>();
  const kindOf = (id: NodeId): ResourceType | undefined => graph.nodes.get(id)?.resourceType;
  const add = (id: NodeId, kinds: readonly ResourceType[]): void => {
    const kind = kindOf(id);
    if (kind !== undefined && kinds.includes(kind)) work.add(id);
  };
  for (const id of touched) {
    const children = graph.children.get(id) ?? [];
    switch (command) {
      case 'run':
        add(id, ['model']);
        if (kindOf(id) === 'seed') for (const child of children) add(child, ['model']);
        break;
      case 'build':
        add(id, ['model', 'seed', 'snapshot', 'test', 'unit_test']);
        for (const child of children) add(child, ['test', 'unit_test']);
        break;
      case 'test':
        add(id, ['test', 'unit_test']);
        for (const child of children) add(child, ['test', 'unit_test']);
        break;
      case 'compile':
        add(id, ['model', 'snapshot', 'test']);
    }
  }
  return work;
}

function keep(ids: Iterable<NodeId>, selected: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  return new Set([...ids].filter((id) => selected.has(id)));
}

/** What a change while a run goes on does to that run. */
export type DuringRun = 'cancel' | 'queue';

/**
 * A run that still has to do something with what changed, or with what reads it, would do it for nothing: it is stopped.
 * Any other run ends first. `open` are its nodes that are not finished.
 */
export function decideDuringRun(graph: Graph, changed: ReadonlySet<NodeId>, open: ReadonlySet<NodeId>): DuringRun {
  if ([...changed].some((id) => open.has(id))) return 'cancel';
  const below = descendants(graph, changed);
  return [...open].some((id) => below.has(id)) ? 'cancel' : 'queue';
}
