/** Makes a criterion of a method and its value, or says what is wrong with them. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/nearest.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Criterion } from './selector-expression.ts';
import type { SelectorMethod } from './selector-method.ts';
import {
  accessWords,
  includes,
  ownResourceTypes,
  resourceTypes,
  resultWords,
  selectorMethods,
  stateWords,
  testTypes,
  unavailableMethods,
  versionWords,
} from './selector-method.ts';

/** One `method:value` as written; the method with its sub-arguments, as in `config.meta.owner`. */
export interface WrittenCriterion {
  readonly method: string;
  readonly methodSpan: Span;
  readonly value: string;
  readonly span: Span;
}

/** The criterion, or undefined with the reason. */
export function readCriterion({ method: written, methodSpan, value, span }: WrittenCriterion): Outcome<Criterion | undefined> {
  const [name = '', ...args] = written.split('.');
  const method = selectorMethods.find((known) => known === name);
  if (method === undefined) {
    const problem = includes(unavailableMethods, name)
      ? diagnose('selector-method-unavailable', { method: name, available: selectorMethods }, { span: methodSpan })
      : diagnose('selector-unknown-method', { method: name, known: [...selectorMethods, ...unavailableMethods] }, { span: methodSpan });
    return { value: undefined, diagnostics: [problem] };
  }
  const criterion: Criterion = { kind: 'criterion', method, args, value: canonical(method, value), plain: false, span };
  const problem = checkCriterion(criterion);
  return problem === undefined ? { value: criterion, diagnostics: [] } : { value: undefined, diagnostics: [problem] };
}

/** A selector is split at its spaces, so results of two words have another spelling there. */
function canonical(method: SelectorMethod, value: string): string {
  return method === 'result' ? value.replace('_', ' ') : value;
}

/** What is wrong with the value or the sub-arguments of a criterion, if anything. */
function checkCriterion({ method, args, value, span }: Criterion): Diagnostic | undefined {
  const wrong = (expected: string, help?: string): Diagnostic => diagnose('selector-value', { method, value, expected }, { span, help });
  if (method === 'config' && args.length === 0) return wrong('the name of a config, as in `config.materialized:view`');
  if (method !== 'config' && args.length > 0) return wrong(`no \`.${args.join('.')}\` after the method`);
  if (args.includes('')) return wrong('a name after each dot, as in `config.meta.owner:ann`');
  const oneOf = (words: readonly string[]): Diagnostic | undefined =>
    includes(words, value) ? undefined : wrong(`one of ${words.map((word) => `\`${word}\``).join(', ')}`, didYouMean(value, words));
  switch (method) {
    case 'resource_type':
      return includes(resourceTypes, value) ? undefined : diagnose('unknown-resource-type', { value, known: ownResourceTypes }, { span });
    case 'test_type':
      return includes(testTypes, value) ? undefined : oneOf(testTypes.filter((word) => word !== 'schema'));
    case 'source':
      return value.split('.').length > 3 ? wrong('`source`, `source.table` or `package.source.table`') : undefined;
    case 'access':
      return oneOf(accessWords);
    case 'version':
      return oneOf(versionWords);
    case 'exposure':
    case 'unit_test':
      return value.split('.').length > 2 ? wrong('`name` or `package.name`') : undefined;
    case 'state':
      return oneOf(stateWords);
    case 'result':
      return oneOf(resultWords);
    case 'source_status':
      return oneOf(['fresher']);
    default:
      return undefined;
  }
}
