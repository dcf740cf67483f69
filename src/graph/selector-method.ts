/** The vocabulary of selectors: methods, resource types, test types, and which values a method takes. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';

/** The methods that can be answered from the graph. */
export const selectorMethods = [
  'fqn',
  'tag',
  'path',
  'file',
  'config',
  'resource_type',
  'source',
  'test_name',
  'test_type',
  'package',
] as const;

export type SelectorMethod = (typeof selectorMethods)[number];

/** Methods that belong to the language and ask for something that the graph does not hold. */
export const unavailableMethods = [
  'access',
  'column',
  'exposure',
  'group',
  'metric',
  'result',
  'saved_query',
  'selector',
  'semantic_model',
  'source_status',
  'state',
  'unit_test',
  'version',
] as const;

/** The kinds of node that selectors may ask for. A kind that a project has none of selects nothing. */
export const resourceTypes = [
  'model',
  'seed',
  'snapshot',
  'source',
  'test',
  'unit_test',
  'analysis',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'function',
] as const;

/** Values of `test_type:`; `data` is every test that is no unit test, `schema` an old word for `generic`. */
export const testTypes = ['generic', 'singular', 'data', 'unit', 'schema'] as const;

export function isSelectorMethod(name: string): name is SelectorMethod {
  return includes(selectorMethods, name);
}

export function isUnavailableMethod(name: string): boolean {
  return includes(unavailableMethods, name);
}

/** The method of a value without one: a path separator means a path, the ending of a file a file, anything else a name. */
export function bareMethod(value: string): SelectorMethod {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

/** Whether `list` holds `value`; unlike the built-in method it accepts any text. */
export function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}

/** A criterion as written, before it is known to make sense. */
export interface WrittenCriterion {
  readonly method: SelectorMethod;
  readonly args: readonly string[];
  readonly value: string;
  readonly span: Span;
}

/** What is wrong with the value or the sub-arguments of a criterion, if anything. */
export function checkCriterion({ method, args, value, span }: WrittenCriterion): Diagnostic | undefined {
  if (method === 'config' && args.length === 0) {
    return diagnose('selector-value', { method, value, expected: 'the name of a config, as in `config.materialized:view`' }, { span });
  }
  if (method !== 'config' && args.length > 0) {
    return diagnose('selector-value', { method, value, expected: `no \`.${args.join('.')}\` after the method` }, { span });
  }
  if (args.includes('')) {
    return diagnose('selector-value', { method, value, expected: 'a name after each dot, as in `config.meta.owner:ann`' }, { span });
  }
  if (method === 'resource_type' && !includes(resourceTypes, value)) {
    return diagnose('unknown-resource-type', { value, known: resourceTypes }, { span });
  }
  if (method === 'test_type' && !includes(testTypes, value)) {
    return diagnose('selector-value', { method, value, expected: 'one of `generic`, `singular`, `data`, `unit`' }, { span });
  }
  if (method === 'source' && value.split('.').length > 3) {
    return diagnose('selector-value', { method, value, expected: '`source`, `source.table` or `package.source.table`' }, { span });
  }
  return undefined;
}
