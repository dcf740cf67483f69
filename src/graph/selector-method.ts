/** The vocabulary of selectors: methods, resource types, and the words that some methods take. */

/** The methods that can be answered: from the graph, from named selectors, or from what an earlier run left behind. */
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
  'selector',
  'state',
  'result',
  'source_status',
  'exposure',
  'unit_test',
  'group',
  'access',
  'version',
] as const;

export type SelectorMethod = (typeof selectorMethods)[number];

/** Methods that belong to the language and ask for something that the graph does not hold. */
export const unavailableMethods = ['column', 'metric', 'saved_query', 'semantic_model'] as const;

/** The kinds of node that a project can have. */
export const ownResourceTypes = ['model', 'seed', 'snapshot', 'source', 'test', 'unit_test', 'exposure'] as const;

/** The kinds that selectors may ask for: those of dbt too, which select nothing. */
export const resourceTypes = [...ownResourceTypes, 'analysis', 'metric', 'semantic_model', 'saved_query', 'function'] as const;

/** Values of `test_type:`; `data` is every test that is no unit test, `schema` an old word for `generic`. */
export const testTypes = ['generic', 'singular', 'data', 'unit', 'schema'] as const;

/** Values of `access:`, and of `version:`. */
export const accessWords = ['private', 'protected', 'public'] as const;
export const versionWords = ['latest', 'prerelease', 'old', 'none'] as const;

/** Values of `state:`. */
export const stateWords = [
  'new',
  'old',
  'modified',
  'unmodified',
  'modified.body',
  'modified.configs',
  'modified.persisted_descriptions',
  'modified.relation',
  'modified.macros',
  'modified.contract',
] as const;
export type StateWord = (typeof stateWords)[number];

/** Values of `result:`: how a node of an earlier run ended. */
export const resultWords = [
  'success',
  'error',
  'fail',
  'warn',
  'skipped',
  'pass',
  'runtime error',
  'partial success',
  'no-op',
  'reused',
] as const;

/** The method of a value without one: a path separator means a path, the ending of a file a file, anything else a name. */
export function bareMethod(value: string): SelectorMethod {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

/** Whether `list` holds `value`; unlike the built-in method it accepts any text. */
export function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}
