/** Reads how the rows of an increment come into their table. */
import type { ModelConfig } from './compiled.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue } from './merge-config.ts';

type IncrementConfig = Pick<ModelConfig, 'mergeColumns' | 'predicates'>;

export function incrementConfig(merged: MergedConfig): IncrementConfig {
  const predicates = configValue(merged, 'incremental_predicates');
  return { ...mergeColumnsOf(merged), ...(predicates === undefined ? {} : { predicates }) };
}

/** Where both are given, which is reported, the first holds. */
function mergeColumnsOf(merged: MergedConfig): Pick<IncrementConfig, 'mergeColumns'> {
  const only = configValue(merged, 'merge_update_columns');
  if (only !== undefined) return { mergeColumns: { rule: 'only', columns: only } };
  const excluded = configValue(merged, 'merge_exclude_columns');
  return excluded === undefined ? {} : { mergeColumns: { rule: 'all-but', columns: excluded } };
}
