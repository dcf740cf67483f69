/** What a plan says of rows that are events. */
import type { Column, Relation } from '../adapter/relation.ts';
import type { OnSchemaChange } from '../compile/compiled.ts';
import type { MergeColumns } from '../compile/increment-rules.ts';
import type { Span } from '../diagnostics/span.ts';

/** How rows that are events become rows of a table. */
export interface EventRules {
  readonly key: readonly string[];
  readonly sequence: string;
  readonly deleteWhen?: string;
  /** The table that remembers what was deleted. */
  readonly deletions?: { readonly relation: Relation; readonly exists: boolean };
  readonly mergeColumns?: MergeColumns;
  readonly masked: readonly string[];
  /** Where these are declared. */
  readonly keySpan?: Span;
  readonly sequenceSpan?: Span;
  readonly deleteSpan?: Span;
}

/** One act with staged events. */
export type EventAction =
  /** Refuses events in `stage` without a key or a place in their sequence. */
  | { readonly kind: 'require-events'; readonly stage: Relation; readonly rules: EventRules }
  /**
   * Leaves in `stage` the rows that are to be written, and deletes what is to go. Where a table stands, its columns are brought in
   * line before.
   */
  | {
      readonly kind: 'settle-events';
      readonly stage: Relation;
      readonly rules: EventRules;
      readonly table?: { readonly target: Relation; readonly targetColumns: readonly Column[]; readonly onSchemaChange: OnSchemaChange };
    };
