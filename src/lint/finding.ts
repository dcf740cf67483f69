/** What a rule found, before it is known whether somebody silenced it. */
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LintRule } from '../project/read-lint.ts';

/** A stretch of a file and what to put in its place; the meaning of the project stays the same. */
export interface Fix {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What it does to the compiled query, by offsets there: nothing else may come of it. */
  readonly compiled: { readonly node: NodeId; readonly start: number; readonly end: number; readonly text: string };
}

export interface Finding {
  readonly rule: LintRule;
  readonly diagnostic: Diagnostic;
  readonly fix?: Fix;
  /** Files whose first lines may silence it beside the place that is shown. */
  readonly files: readonly string[];
}
