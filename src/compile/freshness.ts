/** How old the data of a relation may be: config made into SQL and numbers. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { RawConfig } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { Arrivals, Freshness } from './compiled.ts';
import { renderEmbedded } from './embedded-template.ts';
import type { FileTexts } from './hooks.ts';
import type { Environment } from './session.ts';
import { findConditionProblem } from './query-text.ts';
import { Session } from './session.ts';
import type { RelationValue } from './values.ts';

export interface FreshnessContext {
  readonly environment: Environment;
  readonly texts: FileTexts;
  readonly diagnostics: Diagnostic[];
}

/** Undefined where no age is set: then there is nothing to check. */
export function compileFreshness(config: RawConfig, self: RelationValue, context: FreshnessContext): Freshness | undefined {
  const located = config['freshness'];
  const freshness = located === undefined ? undefined : readConfigValue('freshness', located).value;
  if (located === undefined || freshness === undefined) return undefined;
  const { warn_after: warnAfter, error_after: errorAfter } = freshness;
  if (!isSet(warnAfter) && !isSet(errorAfter)) return undefined;
  const filter = isSet(freshness.filter) ? render(freshness.filter, located.span, self, context) : undefined;
  if (filter !== undefined) checkCondition(filter, 'the filter of a freshness', located.span, context);
  const [field, query] = [config['loaded_at_field'], config['loaded_at_query']];
  if (field !== undefined && query !== undefined) context.diagnostics.push(diagnose('loaded-at-twice', {}, { span: query.span }));
  const loadedAt = readLoadedAt(config, self, context);
  if (loadedAt?.kind === 'field') checkCondition(loadedAt.sql, '`loaded_at_field`', loadedAt.span, context);
  if (filter !== undefined && loadedAt?.kind === 'query') {
    context.diagnostics.push(diagnose('freshness-filter-misplaced', {}, { span: located.span }));
  }
  return {
    ...(isSet(warnAfter) ? { warnAfter } : {}),
    ...(isSet(errorAfter) ? { errorAfter } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(loadedAt === undefined ? {} : { loadedAt }),
    span: located.span,
  };
}

/** Undefined for a source of which nobody says both when rows came and when what they tell of happened. */
export function compileArrivals(config: RawConfig, self: RelationValue, context: FreshnessContext): Arrivals | undefined {
  const [field, time] = [config['loaded_at_field'], config['event_time']];
  if (typeof field?.value !== 'string' || typeof time?.value !== 'string') return undefined;
  // What is wrong with the first is told by the freshness, where there is one.
  const isTold = isSet(compileFreshness(config, self, { ...context, diagnostics: [] }));
  const loadedAt = render(field.value, field.span, self, isTold ? { ...context, diagnostics: [] } : context);
  if (!isTold) checkCondition(loadedAt, '`loaded_at_field`', field.span, context);
  const eventTime = render(time.value, time.span, self, context, 'an `event_time`');
  checkCondition(eventTime, '`event_time`', time.span, context);
  return { loadedAt: { sql: loadedAt, span: field.span }, eventTime: { sql: eventTime, span: time.span } };
}

/** What stands inside of a query of ours may not reach out of it. */
function checkCondition(sql: string, what: string, span: Freshness['span'], { diagnostics }: FreshnessContext): void {
  const problem = findConditionProblem(sql, { what, node: undefined }, span);
  if (problem !== undefined) diagnostics.push(problem);
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function readLoadedAt(config: RawConfig, self: RelationValue, context: FreshnessContext): Freshness['loadedAt'] {
  for (const kind of ['field', 'query'] as const) {
    const located = config[`loaded_at_${kind}`];
    if (typeof located?.value !== 'string') continue;
    return { kind, sql: render(located.value, located.span, self, context), span: located.span };
  }
  return undefined;
}

/** The texts are templates that know `{{this}}`, the relation itself. */
function render(text: string, span: Freshness['span'], self: RelationValue, context: FreshnessContext, place = 'a `freshness`'): string {
  if (!text.includes('{{')) return text;
  const session = new Session({ environment: context.environment, self, place });
  const rendered = renderEmbedded({ text, span, fileText: context.texts.get(span.path) }, session);
  const [slot] = rendered.slots;
  if (slot !== undefined) session.report('value-at-run-time', { name: slot.name, use: place }, span);
  context.diagnostics.push(...session.diagnostics);
  return rendered.sql;
}
