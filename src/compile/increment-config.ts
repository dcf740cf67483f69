/** Reads how the rows of an increment come into their table, and finds what is missing for it or does not go together. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ConfigKeyName } from '../project/config-keys.ts';
import type { ModelConfig, NodeId } from './compiled.ts';
import type { IncrementRules } from './increment-rules.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue } from './merge-config.ts';

export function incrementConfig(merged: MergedConfig): IncrementRules {
  const predicates = configValue(merged, 'incremental_predicates');
  return { ...mergeColumnsOf(merged), ...(predicates === undefined ? {} : { predicates }), ...eventsOf(merged), ...partitionsOf(merged) };
}

/** Where both are given, which is reported, the first holds. */
function mergeColumnsOf(merged: MergedConfig): Pick<IncrementRules, 'mergeColumns'> {
  const only = configValue(merged, 'merge_update_columns');
  if (only !== undefined) return { mergeColumns: { rule: 'only', columns: only } };
  const excluded = configValue(merged, 'merge_exclude_columns');
  return excluded === undefined ? {} : { mergeColumns: { rule: 'all-but', columns: excluded } };
}

/** Nothing for models that do not merge, for which a folder may say it all the same. */
function eventsOf(merged: MergedConfig): Pick<IncrementRules, 'events'> {
  const sequenceBy = configValue(merged, 'sequence_by');
  if (sequenceBy === undefined || !merges(merged)) return {};
  const deleteWhen = configValue(merged, 'delete_when');
  return { events: { sequenceBy, ...(deleteWhen === undefined ? {} : { deleteWhen }) } };
}

/** A granularity means something beside partitions only: a folder may say it for all models. */
function partitionsOf(merged: MergedConfig): Pick<IncrementRules, 'partitionBy' | 'partitionGranularity'> {
  const partitionBy = configValue(merged, 'partition_by');
  if (partitionBy === undefined) return {};
  const granularity = overwrites(merged) ? configValue(merged, 'partition_granularity') : undefined;
  return { partitionBy, ...(granularity === undefined ? {} : { partitionGranularity: granularity }) };
}

function overwrites(merged: MergedConfig): boolean {
  return isIncremental(merged) && configValue(merged, 'incremental_strategy') === 'insert_overwrite';
}

function merges(merged: MergedConfig): boolean {
  return isIncremental(merged) && (configValue(merged, 'incremental_strategy') ?? 'merge') === 'merge';
}

function isIncremental(merged: MergedConfig): boolean {
  return configValue(merged, 'materialized') === 'incremental';
}

/** What stands in config for one model can be wrong together though each key is right. */
export function findIncrementProblems(
  id: NodeId,
  name: string,
  { uniqueKey, incrementalStrategy, mergeColumns, events }: ModelConfig,
  merged: MergedConfig,
): readonly Diagnostic[] {
  const { raw } = merged;
  const strategy = raw['incremental_strategy'];
  const chosen = incrementalStrategy ?? (mergeColumns !== undefined || events !== undefined ? 'merge' : undefined);
  if (isIncremental(merged) && uniqueKey.length === 0 && (chosen === 'merge' || chosen === 'delete_insert'))
    return [diagnose('unique-key-missing', { strategy: chosen }, { node: id, span: (strategy ?? raw['materialized'])?.span })];
  if (overwrites(merged) && raw['partition_by'] === undefined) {
    const missing = { name, key: 'partition_by', given: 'insert_overwrite', why: 'says which rows are replaced together' };
    return [diagnose('increment-config-missing', missing, { node: id, span: strategy?.span })];
  }
  if (overwrites(merged)) return findPartitionProblems(id, merged);
  if (!merges(merged)) return [];
  const problems: Diagnostic[] = [];
  const conflict = (first: ConfigKeyName, second: ConfigKeyName, why: string): void => {
    const [earlier, later] = [raw[first], raw[second]];
    if (earlier === undefined || later === undefined) return;
    const notes = [{ message: `\`${first}\` is here`, span: earlier.span }];
    problems.push(diagnose('config-in-conflict', { first, second, why }, { node: id, span: later.span, notes }));
  };
  if (raw['delete_when'] !== undefined && raw['sequence_by'] === undefined) {
    const missing = { name, key: 'sequence_by', given: 'delete_when', why: 'tells whether a deletion is newer than what the table has' };
    problems.push(diagnose('increment-config-missing', missing, { node: id, span: raw['delete_when'].span }));
  }
  conflict('sequence_by', 'incremental_predicates', 'an older event has to find the row of its key wherever that is');
  const sequence = configValue(merged, 'sequence_by')?.toLowerCase();
  if (uniqueKey.some((column) => column.toLowerCase() === sequence))
    conflict('unique_key', 'sequence_by', 'a key with another place in the sequence is another key');
  return problems;
}

/** A table can be divided by one column. */
function findPartitionProblems(id: NodeId, merged: MergedConfig): readonly Diagnostic[] {
  const [by, granularity] = [merged.raw['partition_by'], merged.raw['partition_granularity']];
  const entries = configValue(merged, 'partition_by') ?? [];
  if (granularity === undefined || (entries.length === 1 && entries[0]?.startsWith('(') === false)) return [];
  const why = 'a granularity is that of one column';
  const notes = by === undefined ? [] : [{ message: '`partition_by` is here', span: by.span }];
  const problem = { first: 'partition_by', second: 'partition_granularity', why };
  return [diagnose('config-in-conflict', problem, { node: id, span: granularity.span, notes })];
}
