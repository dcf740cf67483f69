/** Flags as records keep them, and back. */
import { indirectSelections } from '../project/indirect-selection.ts';
import type { RunArguments } from '../report/run-arguments.ts';
import type { RunOptions } from './options.ts';

/** The flags of a run under dbt's names, as far as a retry needs them. */
export function argumentsOf(options: RunOptions): RunArguments {
  return {
    select: options.select,
    exclude: options.exclude,
    selector: options.selector ?? null,
    resource_types: options.resourceType,
    exclude_resource_types: options.excludeResourceType,
    indirect_selection: options.indirectSelection ?? null,
    state: options.state ?? null,
    defer: options.defer ?? null,
    favor_state: options.favorState ?? null,
    full_refresh: options.fullRefresh === true,
    adopt: options.adopt === true,
    force: options.force === true,
    audit: options.audit !== false,
    run_proven: options.runProven === true,
    analyze: options.analyze !== false,
    vars: options.vars ?? null,
    target: options.target ?? null,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.promote === undefined ? {} : { promote: options.promote }),
    ...(options.clone === true ? { clone: true } : {}),
    ...rangeArguments(options),
    event_time_start: options.eventTimeStart ?? null,
    event_time_end: options.eventTimeEnd ?? null,
  };
}

/** Those of models by interval; nothing for other runs. */
function rangeArguments({ restate = [], from, to, backfill, chunk, parallel, resume }: RunOptions): RunArguments {
  if (from === undefined && to === undefined && restate.length === 0) return {};
  const bounds = { from: from ?? null, to: to ?? null };
  return backfill === true
    ? { backfill: true, ...bounds, chunk: chunk ?? null, parallel: parallel ?? null, resume: resume === true }
    : { restate, ...bounds };
}

/** The flags of a retry over those of the run that it repeats: variables, target, threads and fail-fast may be others. */
export function optionsFrom(
  args: RunArguments,
  options: Omit<RunOptions, 'select' | 'exclude' | 'resourceType' | 'excludeResourceType'>,
): RunOptions {
  const text = (name: string): string | undefined => (typeof args[name] === 'string' ? args[name] : undefined);
  const list = (name: string): readonly string[] => {
    const value = args[name];
    return typeof value === 'object' && value !== null ? value : [];
  };
  const flag = (name: string): boolean | undefined => (typeof args[name] === 'boolean' ? args[name] : undefined);
  const selector = text('selector');
  const defer = flag('defer');
  const favorState = flag('favor_state');
  const state = text('state');
  const indirect = indirectSelections.find((mode) => mode === args['indirect_selection']);
  const vars = options.vars ?? text('vars');
  const target = options.target ?? text('target');
  const start = text('event_time_start');
  const end = text('event_time_end');
  return {
    ...options,
    select: list('select'),
    exclude: list('exclude'),
    resourceType: list('resource_types'),
    excludeResourceType: list('exclude_resource_types'),
    ...(selector === undefined ? {} : { selector }),
    ...(state === undefined ? {} : { state }),
    ...(defer === undefined ? {} : { defer }),
    ...(favorState === undefined ? {} : { favorState }),
    ...(indirect === undefined ? {} : { indirectSelection: indirect }),
    fullRefresh: args['full_refresh'] === true,
    adopt: args['adopt'] === true,
    force: args['force'] === true,
    audit: args['audit'] !== false,
    runProven: args['run_proven'] === true,
    analyze: args['analyze'] !== false,
    ...(vars === undefined ? {} : { vars }),
    ...(target === undefined ? {} : { target }),
    ...(start === undefined ? {} : { eventTimeStart: start }),
    ...(end === undefined ? {} : { eventTimeEnd: end }),
    ...rangeOptions(args),
    ...(typeof args['promote'] === 'string' ? { promote: args['promote'] } : {}),
    ...(args['clone'] === true ? { clone: true } : {}),
  };
}

function rangeOptions({ restate, from, to, backfill, chunk, parallel, resume }: RunArguments): Partial<RunOptions> {
  return {
    ...(typeof restate === 'object' && restate !== null ? { restate } : {}),
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof to === 'string' ? { to } : {}),
    ...(backfill === true ? { backfill } : {}),
    ...(typeof chunk === 'number' ? { chunk } : {}),
    ...(typeof parallel === 'number' ? { parallel } : {}),
    ...(resume === true ? { resume } : {}),
  };
}
