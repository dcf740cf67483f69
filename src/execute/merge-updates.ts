/** Decides which columns of a row that is there a merge changes. */
import type { Span } from '../diagnostics/span.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { MergeColumns } from '../compile/increment-rules.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { StepPlace } from './reconcile-columns.ts';
import { StepFailure } from './step-failure.ts';

interface MergeRules {
  readonly key: readonly string[];
  readonly mergeColumns?: MergeColumns & { readonly span?: Span };
  /** Changes whatever the rules say. */
  readonly always?: string;
}

/** Undefined where nobody has named any. A name that no column has is refused: a misspelt one would change too much, or too little. */
export function updatesOf(
  adapter: Adapter,
  { key, mergeColumns, always }: MergeRules,
  columns: readonly string[],
  place: StepPlace,
): readonly string[] | undefined {
  if (mergeColumns === undefined) return undefined;
  const fold = adapter.dialect.foldIdentifier;
  const keys = new Set(key.map(fold));
  const others = columns.filter((column) => !keys.has(fold(column)));
  const { rule, columns: named, span } = mergeColumns;
  const known = new Set(columns.map(fold));
  const missing = named.filter((column) => !known.has(fold(column)));
  if (missing.length > 0) {
    const where = { node: place.node, span: span ?? place.span ?? { path: place.path, start: 0, end: 0 } };
    throw new StepFailure(missing.map((column) => diagnose('merge-column-missing', { column, columns }, where)));
  }
  const chosen = new Set(named.map(fold));
  const fixed = always === undefined ? undefined : fold(always);
  return others.filter((column) => fold(column) === fixed || chosen.has(fold(column)) === (rule === 'only'));
}
