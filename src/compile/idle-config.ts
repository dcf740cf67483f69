/** Finds config that does nothing: keys that the materialization of their model does not ask for. */
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { RawConfig } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { ConfigKeyName } from '../project/config-keys.ts';
import type { ModelConfig, NodeId } from './compiled.ts';
import type { MergedConfig } from './merge-config.ts';

/** Keys that only incremental models ask for. */
const ofMerges: readonly ConfigKeyName[] = ['merge_update_columns', 'merge_exclude_columns', 'sequence_by', 'delete_when'];

/** Keys that only models ask for that are loaded interval by interval. */
const ofIntervals: readonly ConfigKeyName[] = [
  'time_column',
  'batch_size',
  'begin',
  'lookback',
  'time_zone',
  'allow_partials',
  'outside_interval',
  'forward_only',
  'concurrent_batches',
];

/** Keys that only models ask for that are kept in files. */
const ofFiles: readonly ConfigKeyName[] = ['location', 'format', 'options'];

const ofIncrements: readonly ConfigKeyName[] = [
  'unique_key',
  'incremental_strategy',
  ...ofMerges,
  'incremental_predicates',
  'partition_by',
  'partition_granularity',
  ...ofIntervals,
  'on_schema_change',
  'full_refresh',
];

/** Keys that mean something to some strategies, the first of which is advised. Without a strategy, a key leads to one of them. */
const strategiesOf: readonly (readonly [readonly [IncrementalStrategy, ...IncrementalStrategy[]], readonly ConfigKeyName[]])[] = [
  [['merge'], ofMerges],
  [['merge', 'delete_insert'], ['incremental_predicates']],
  [['insert_overwrite'], ['partition_by', 'partition_granularity']],
  [['time_interval'], ofIntervals],
];

/** Keys that ask for a relation. */
const ofRelations: readonly ConfigKeyName[] = ['schema', 'alias'];

/** Keys that ask how old rows are. */
const ofAges: readonly ConfigKeyName[] = ['freshness', 'loaded_at_field', 'loaded_at_query'];

const hooks: readonly ConfigKeyName[] = ['pre_hook', 'post_hook'];

/**
 * Problems of the config of a model that show only once its levels are merged. What folders say holds for the models that it
 * means something to; what the model says of itself, in its file or its properties, is expected to do something.
 */
export function findIdleConfig(
  id: NodeId,
  { materialized, incrementalStrategy: strategy }: Pick<ModelConfig, 'materialized' | 'incrementalStrategy'>,
  { merged, own, refused }: { readonly merged: MergedConfig; readonly own: readonly RawConfig[]; readonly refused: ReadonlySet<string> },
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const key = merged.raw['unique_key'];
  if (key !== undefined) diagnostics.push(...readConfigValue('unique_key', key).diagnostics.map((entry) => ({ ...entry, node: id })));
  // One mistake is told once: what its model was to be, nobody knows.
  if (refused.has('materialized')) return diagnostics;
  if (materialized === 'incremental') {
    const [only, excluded] = [merged.raw['merge_update_columns'], merged.raw['merge_exclude_columns']];
    if (only !== undefined && excluded !== undefined)
      diagnostics.push(
        diagnose(
          'same-meaning-keys',
          { first: 'merge_update_columns', second: 'merge_exclude_columns' },
          { span: excluded.span, node: id, notes: [{ message: '`merge_update_columns` is here', span: only.span }] },
        ),
      );
    const used =
      strategy ?? (ofMerges.some((name) => merged.raw[name] !== undefined) ? 'merge' : key === undefined ? 'append' : 'delete_insert');
    diagnostics.push(...idleIn(own, ofFiles, { id, materialized }));
    if (refused.has('incremental_strategy')) return diagnostics;
    for (const level of own)
      for (const [needed, keys] of strategiesOf)
        for (const name of needed.includes(used) ? [] : keys) {
          const located = level[name];
          const problem = { key: name, strategy: used, needed: needed[0] };
          if (located !== undefined) diagnostics.push(diagnose('idle-config', problem, { span: located.span, node: id }));
        }
    return diagnostics;
  }
  const isEphemeral = materialized === 'ephemeral';
  const isExternal = materialized === 'external';
  const idle = [
    ...ofIncrements.filter((name) => !(isExternal && name === 'partition_by')),
    ...(isExternal ? [] : ofFiles),
    ...(isEphemeral ? [...ofRelations, ...ofAges, 'contract' as const] : []),
  ];
  diagnostics.push(...idleIn(own, idle, { id, materialized }));
  for (const level of own) {
    for (const name of isEphemeral ? hooks : []) {
      const located = level[name];
      if (located !== undefined) diagnostics.push(diagnose('ephemeral-with-hook', { key: name }, { span: located.span, node: id }));
    }
  }
  return diagnostics;
}

function idleIn(
  own: readonly RawConfig[],
  keys: readonly ConfigKeyName[],
  { id, materialized }: { readonly id: NodeId; readonly materialized: ModelConfig['materialized'] },
): readonly Diagnostic[] {
  return own.flatMap((level) =>
    keys.flatMap((key) => {
      const located = level[key];
      return located === undefined ? [] : [diagnose('idle-config', { key, materialized }, { span: located.span, node: id })];
    }),
  );
}
