/** What the linter looks at: the compiled project, its texts, and what is known of keys. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CompiledModel, CompiledRelation, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { Project } from '../project/project.ts';
import type { LintRule, LintSettings } from '../project/read-lint.ts';

/** What each relation is known to be unique on, from its query; relations that could not be analyzed are absent. */
export type ProvenKeys = ReadonlyMap<NodeId, readonly (readonly string[])[]>;

export interface LintInput {
  readonly project: Project;
  readonly graph: Graph;
  readonly dialect: Pick<Dialect, 'foldIdentifier' | 'relation'>;
  /** Schemas in which the engine looks for names without one. */
  readonly searched: readonly string[];
  readonly settings: LintSettings;
  /** Rules to look by; those that are off are left out already. */
  readonly rules: ReadonlySet<LintRule>;
  /** Nodes to look at. */
  readonly selected: ReadonlySet<NodeId>;
  /** Nothing was selected: what belongs to no node is looked at too. */
  readonly isWhole: boolean;
  readonly textOf: (path: string) => string | undefined;
}

export interface LintPorts {
  /** Asks for the keys that follow from the queries of some nodes. */
  readonly proveKeys: (ids: ReadonlySet<NodeId>) => Promise<ProvenKeys>;
}

/** The models among what is selected. */
export function selectedModels({ graph, selected }: LintInput): readonly CompiledModel[] {
  return [...selected].flatMap((id) => {
    const node = graph.nodes.get(id);
    return node?.resourceType === 'model' ? [node] : [];
  });
}

export function isRelation(node: { readonly resourceType: string } | undefined): node is CompiledRelation {
  return node !== undefined && ['model', 'seed', 'snapshot', 'source'].includes(node.resourceType);
}
