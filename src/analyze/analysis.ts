/** What is known of the columns of every node before anything runs. Input of lineage, reports and documentation. */
import type { BoundQuery, Proofs } from '../adapter/analysis.ts';
import type { Column } from '../adapter/relation.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';

/**
 * Where the columns of a node were learned: from its query, from YAML, from the database, from what was seen there when it could be
 * opened last, from a file's own reader, from a seed's values.
 */
export type ColumnsOrigin = 'query' | 'declared' | 'catalog' | 'last-seen' | 'file' | 'seed';

/**
 * Why columns are not known: nobody tells those of a source or seed; something above is refused or not known;
 * or the query uses a name that the project does not make and that may stand in the target all the same.
 */
export type UnknownReason = 'no-columns' | 'above-refused' | 'above-unknown' | 'outside-name';

/** The node whose columns are only those that are written of it, in a contract or in a mere description. */
export interface Supposition {
  readonly node: NodeId;
  readonly by: 'contract' | 'description';
}

export interface KnownColumns {
  readonly kind: 'known';
  readonly origin: ColumnsOrigin;
  readonly columns: readonly Column[];
  readonly proofs: Proofs;
  /** They are, or stand on, what is written of a model whose query could not be bound. */
  readonly supposed?: Supposition;
  /** How a model or singular test comes to them. */
  readonly query?: BoundQuery;
}

export type NodeAnalysis =
  | KnownColumns
  /** Its diagnostic is among those of the outcome. `declared` are the columns of its contract, which its readers are bound with. */
  | { readonly kind: 'refused'; readonly declared?: readonly Column[] }
  /** `at` is the node where knowledge ends: itself or one above. */
  | { readonly kind: 'unknown'; readonly why: UnknownReason; readonly at: NodeId };

/** Texts of a model or singular test in which nothing waits for columns any more. */
export interface WholeTexts {
  readonly full?: CompiledText;
  readonly incremental?: CompiledText;
  /** Of a snapshot: the rows as they are. */
  readonly current?: CompiledText;
}

export interface Analysis {
  /** Models, seeds, sources and singular tests, in the order of the graph. */
  readonly nodes: ReadonlyMap<NodeId, NodeAnalysis>;
  /** The texts of those whose SQL is written from the columns of others. Values of the run are still to be filled in. */
  readonly whole: ReadonlyMap<NodeId, WholeTexts>;
}
