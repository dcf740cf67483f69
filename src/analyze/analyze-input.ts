/** What analysis is made from: data, and the binder as its one port. */
import type { Binder } from '../adapter/analysis.ts';
import type { CatalogNames } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { CatalogRelation, Column } from '../adapter/relation.ts';
import type { RenderAgain } from '../compile/render-again.ts';
import type { CompiledSeed, CompiledText, NodeId, SlotName } from '../compile/compiled.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { Graph } from '../graph/graph.ts';
import type { KnownColumns } from './analysis.ts';
import type { HookEffects } from './what-hooks-do.ts';

export interface AnalyzeInput {
  readonly graph: Graph;
  /** What is looked at; everything above it is looked at too. */
  readonly wanted: ReadonlySet<NodeId>;
  /**
   * What an earlier call with the same binder has found, of nodes that are as they were and read nothing that is not: it is
   * taken as it is, and nothing of it is declared again.
   */
  readonly known?: ReadonlyMap<NodeId, KnownColumns>;
  /** Word for the engine in messages. */
  readonly engine: string;
  readonly dialect: Dialect;
  /** Tables get their indexes before they get their name. */
  readonly indexesStages: boolean;
  /** Literals for slots; any of the right type will do. */
  readonly slots: Readonly<Partial<Record<SlotName, string>>>;
  /** Those of which the catalog tells everything. */
  readonly schemas: () => readonly string[];
  /** Something else stands for the target, without the operators and casts that somebody may have made there. */
  readonly isOffline?: boolean;
  /** SQL runs before the models that may make tables, functions or types. */
  readonly hooks: boolean;
  /** What these and those of the nodes may do. Asked only where it decides something. */
  readonly hookEffects: () => HookEffects;
  /**
   * Columns of a model or seed as it stands in the target, where readers find that and not what its text says; empty where nothing
   * stands. Nothing above it is looked at then.
   */
  readonly standing?: (id: NodeId) => readonly Column[] | undefined;
  /** Columns of the table into which the rows of a query will go, where the table keeps those that the query does not give. */
  readonly kept?: (id: NodeId) => readonly Column[] | undefined;
  /** Columns of a seed as its file and declared types give them; undefined when it cannot be read. */
  readonly seedColumns: (seed: CompiledSeed) => readonly Column[] | undefined;
  /** Where the compiled text of a file is written. */
  readonly compiledPath: (path: string) => string;
}

export interface AnalyzePorts {
  /** Renders a text of a node with the columns of others. */
  readonly render: (again: RenderAgain, path: string) => Promise<Outcome<CompiledText>>;
  readonly binder: Binder;
  /** What stands in the target, or undefined when nobody could look. Asked only where it decides something. */
  readonly catalog: () => Promise<readonly CatalogRelation[] | undefined>;
  /** What stands in a schema that the project does not name, or undefined when nobody could look. Asked only where it decides something. */
  readonly elsewhere: (schema: string) => Promise<readonly CatalogRelation[] | undefined>;
  /** What the target has to call and to cast to, or undefined when nobody could look. Asked only where it decides something. */
  readonly names: () => Promise<CatalogNames | undefined>;
  /** Sources as they stood when somebody could look. */
  readonly lastSeen?: () => readonly Pick<CatalogRelation, 'relation' | 'columns'>[];
}
