/** Reads how a model is loaded interval by interval, and finds what is missing for it. */
import type { BatchSize } from '../intervals/batch-size.ts';
import { readMoment } from '../intervals/local-time.ts';
import { findZone } from '../intervals/zone.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ModelConfig, NodeId } from './compiled.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue } from './merge-config.ts';

const smallest: BatchSize = 'day';

/** Nothing for other models, and where something is missing, which is reported. */
export function intervalsOf(merged: MergedConfig): Pick<ModelConfig, 'intervals'> {
  if (!isByInterval(merged)) return {};
  const timeColumn = configValue(merged, 'time_column');
  const begin = configValue(merged, 'begin');
  const zone = findZone(configValue(merged, 'time_zone') ?? 'UTC');
  if (timeColumn === undefined || begin === undefined || zone === undefined) return {};
  const moment = readMoment(begin, zone);
  if (moment === undefined) return {};
  return {
    intervals: {
      timeColumn,
      batchSize: configValue(merged, 'batch_size') ?? smallest,
      begin: moment,
      lookback: configValue(merged, 'lookback') ?? 0,
      timeZone: zone.name,
      allowPartials: configValue(merged, 'allow_partials') ?? false,
      outside: configValue(merged, 'outside_interval') ?? 'error',
      forwardOnly: configValue(merged, 'forward_only') ?? false,
      ...(configValue(merged, 'concurrent_batches') === true ? { concurrent: true } : {}),
    },
  };
}

function isByInterval(merged: MergedConfig): boolean {
  return configValue(merged, 'materialized') === 'incremental' && configValue(merged, 'incremental_strategy') === 'time_interval';
}

/** What a model that is loaded interval by interval cannot do without. */
export function findIntervalProblems(id: NodeId, name: string, { intervals }: ModelConfig, merged: MergedConfig): readonly Diagnostic[] {
  if (!isByInterval(merged) || intervals !== undefined) return [];
  const at = (key: string): { readonly node: NodeId; readonly span: RawSpan } => ({ node: id, span: merged.raw[key]?.span });
  const problems: Diagnostic[] = [];
  const need = (key: string, why: string): void => {
    if (merged.raw[key] === undefined) problems.push(diagnose('interval-config-missing', { name, key, why }, at('incremental_strategy')));
  };
  need('time_column', 'is the column that tells the interval of a row');
  need('begin', 'says where its time begins');
  const zone = findZone(configValue(merged, 'time_zone') ?? 'UTC');
  if (zone === undefined) problems.push(diagnose('time-zone-unknown', { zone: configValue(merged, 'time_zone') ?? '' }, at('time_zone')));
  const begin = configValue(merged, 'begin');
  if (zone !== undefined && begin !== undefined && readMoment(begin, zone) === undefined)
    problems.push(diagnose('begin-wrong', { begin }, at('begin')));
  return problems;
}

type RawSpan = MergedConfig['raw'][string]['span'] | undefined;
