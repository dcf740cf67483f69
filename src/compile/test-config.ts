/** Config of tests: severity, thresholds, conditions. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { RawConfig } from '../parse/definitions.ts';
import type { Project } from '../project/project.ts';
import type { TestConfig, Threshold } from './compiled.ts';
import { renderEmbedded } from './embedded-template.ts';
import type { FileTexts } from './hooks.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue, metaOf, tagsOf } from './merge-config.ts';
import { relationOf } from './naming.ts';
import type { Environment } from './session.ts';
import { findConditionProblem } from './query-text.ts';
import { Session } from './session.ts';
import { anyViolation, parseThreshold } from './thresholds.ts';

export interface TestConfigContext {
  readonly environment: Environment;
  readonly project: Project;
  readonly texts: FileTexts;
  readonly diagnostics: Diagnostic[];
}

/** `own` is what stands on the test itself. */
export function testConfig(merged: MergedConfig, own: RawConfig, context: TestConfigContext): TestConfig {
  const where = whereOf(merged, context);
  const limit = configValue(merged, 'limit');
  const onNull = configValue(merged, 'on_null');
  const groupBy = configValue(merged, 'group_by') ?? [];
  return {
    severity: configValue(merged, 'severity') ?? 'error',
    warnIf: threshold(merged, 'warn_if', context),
    errorIf: threshold(merged, 'error_if', context),
    enabled: configValue(merged, 'enabled') ?? true,
    tags: tagsOf(merged),
    meta: metaOf(merged),
    ...where,
    ...(limit === undefined ? {} : { limit }),
    ...(onNull === undefined ? {} : { onNull }),
    ...(groupBy.length === 0 ? {} : { groupBy }),
    ...onFailOf(merged, own),
    ...keepOf(merged),
    ...storingOf(merged, context),
  };
}

/** The schema is named like that of a model. */
function storingOf(merged: MergedConfig, { project }: TestConfigContext): Pick<TestConfig, 'storeFailures' | 'failuresSchema'> {
  if (configValue(merged, 'store_failures') !== true) return {};
  const schema = configValue(merged, 'schema');
  return { storeFailures: true, ...(schema === undefined ? {} : { failuresSchema: relationOf(project, '', { schema }).schema }) };
}

function onFailOf(merged: MergedConfig, own: RawConfig): Pick<TestConfig, 'onFail' | 'onFailIfPossible'> {
  if (configValue(merged, 'on_fail') !== 'quarantine') return {};
  return { onFail: 'quarantine', ...(own['on_fail'] === undefined ? { onFailIfPossible: true } : {}) };
}

function keepOf(merged: MergedConfig): Pick<TestConfig, 'keep'> {
  const keep = configValue(merged, 'keep');
  if (keep === undefined || keep === 'none') return {};
  return { keep: 'first' in keep ? { which: 'first', column: keep.first } : { which: 'last', column: keep.last } };
}

function threshold(merged: MergedConfig, key: 'warn_if' | 'error_if', context: TestConfigContext): Threshold {
  const text = configValue(merged, key);
  if (text === undefined) return anyViolation;
  const parsed = parseThreshold(text);
  if (parsed === undefined) context.diagnostics.push(diagnose('bad-threshold', { key, text }, { span: merged.raw[key]?.span }));
  return parsed ?? anyViolation;
}

/** SQL in the YAML of a test: a template too, without refs, that has to stay within the parentheses that are put around it. */
export function renderFragment(text: string, span: Span, place: string, context: TestConfigContext): string {
  const session = new Session({ environment: context.environment, place });
  const sql = text.includes('{{') ? renderTemplateText(text, span, session, context.texts) : text;
  const problem = session.diagnostics.length > 0 ? undefined : findConditionProblem(sql, { what: place, node: undefined }, span);
  context.diagnostics.push(...session.diagnostics, ...(problem === undefined ? [] : [problem]));
  return sql;
}

function whereOf(merged: MergedConfig, context: TestConfigContext): Pick<TestConfig, 'where' | 'whereSpan'> {
  const text = configValue(merged, 'where');
  const span = merged.raw['where']?.span;
  if (text === undefined || span === undefined) return {};
  return { where: renderFragment(text, span, 'the condition of a test', context), whereSpan: span };
}

function renderTemplateText(text: string, span: Span, session: Session, texts: FileTexts): string {
  const rendered = renderEmbedded({ text, span, fileText: texts.get(span.path) }, session);
  const [slot] = rendered.slots;
  if (slot !== undefined) session.report('value-at-run-time', { name: slot.name, use: session.place }, span);
  return rendered.sql;
}
