/** What a site is made from: data of the stages before, nothing that must be asked for. */
import type { Column, RelationKind } from '../adapter/relation.ts';
import type { Analysis, KnownColumns } from '../analyze/analysis.ts';
import type { EarlierNode } from '../analyze/earlier-columns.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import type { Graph } from '../graph/graph.ts';
import type { NodeFacets } from '../graph/node-facets.ts';
import type { SavedProject } from '../graph/read-saved-project.ts';
import type { History } from '../state/history-reader.ts';

/** What stands in the database for a node. */
export interface StandingRelation {
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  readonly rows: number | undefined;
}

/** What the last check of a source's age found. */
export interface FreshnessVerdict {
  readonly status: string;
  /** ISO 8601. */
  readonly loadedAt?: string;
  readonly checkedAt?: string;
}

/** What the project is compared with. */
export interface EarlierProject {
  /** Its folder, as it was asked for. */
  readonly folder: string;
  readonly project: SavedProject;
  /** Its nodes with SQL that calls relations as they are called now. */
  readonly nodes: ReadonlyMap<NodeId, EarlierNode>;
  readonly columns: ReadonlyMap<NodeId, KnownColumns>;
  /** What is compared, of the nodes of now. */
  readonly facets: ReadonlyMap<NodeId, NodeFacets>;
}

export interface SiteInput {
  readonly graph: Graph;
  /** Absent where the engine cannot tell columns before anything runs. */
  readonly analysis: Analysis | undefined;
  /** What is wrong with nodes that cannot be built, or tests that cannot be run. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
  readonly fold: (name: string) => string;
  readonly rawText: (path: string) => string | undefined;
  readonly catalog: ReadonlyMap<string, StandingRelation>;
  readonly history: History;
  readonly freshness: ReadonlyMap<string, FreshnessVerdict>;
  /** Markdown of the first page. */
  readonly overview: string | undefined;
  /** Where a file of the project can be edited. */
  readonly editUrl: ((path: string) => string) | undefined;
  /** Whether pages show SQL. */
  readonly code: boolean;
  readonly earlier: EarlierProject | undefined;
  /** What no page and no data may show. */
  readonly findSecrets: FindSecrets;
}

/** Style and script, the same for every project. */
export interface SiteAssets {
  readonly script: string;
  readonly style: string;
}

/** One file of the site; `path` is relative to its folder. */
export interface SiteFile {
  readonly path: string;
  readonly text: string;
}
