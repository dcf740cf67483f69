/** What can stand at the end of a selector that is being typed. */
import { materializations } from '../../adapter/capabilities.ts';
import type { KnownNames } from '../../cache/known-names.ts';
import {
  accessWords,
  resourceTypes,
  resultWords,
  selectorMethods,
  stateWords,
  testTypes,
  versionWords,
} from '../../graph/selector-method.ts';

const noNames: KnownNames = {
  models: [],
  seeds: [],
  snapshots: [],
  sources: [],
  exposures: [],
  unitTests: [],
  groups: [],
  selectors: [],
  tags: [],
  paths: [],
};

/** Of what can be asked of the config, what is asked most. */
const methods = selectorMethods.map((method) => (method === 'config' ? 'config.materialized:' : `${method}:`));

/** The criterion behind the last comma or bracket, with what stands before its name: `@`, `+`, `2+`. */
const lastCriterion = /^(.*[,(\s])?(@|\d*\+)?(.*)$/s;

/** Candidates hold all that was typed already. Names are those that the last command left; without them only methods are offered. */
export function completeSelector(current: string, known: KnownNames | undefined): readonly string[] {
  const [, before = '', operator = '', typed = ''] = lastCriterion.exec(current) ?? [];
  const names = known ?? noNames;
  const colon = typed.indexOf(':');
  const method = typed.slice(0, Math.max(colon, 0));
  const words =
    colon < 0
      ? [...names.models, ...names.seeds, ...names.snapshots, ...methods]
      : valuesOf(method, typed.slice(colon + 1), names).map((value) => `${method}:${value}`);
  const found = new Set(words.filter((word) => word.startsWith(typed)));
  return [...found].map((word) => `${before}${operator}${word}`);
}

function valuesOf(method: string, typed: string, names: KnownNames): readonly string[] {
  switch (method) {
    case 'tag':
      return names.tags;
    case 'fqn':
      return [...names.models, ...names.seeds, ...names.snapshots];
    case 'source':
      return [...names.sources.map((source) => source.slice(0, source.indexOf('.'))), ...names.sources];
    case 'path':
      return nextFolders(names.paths, typed);
    case 'file':
      return names.paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
    case 'unit_test':
      return names.unitTests;
    case 'exposure':
      return names.exposures;
    case 'group':
      return names.groups;
    case 'selector':
      return names.selectors;
    case 'config.materialized':
      return materializations;
    case 'resource_type':
      return resourceTypes;
    case 'test_type':
      return testTypes;
    case 'access':
      return accessWords;
    case 'version':
      return versionWords;
    case 'state':
      return stateWords;
    case 'result':
      // A space would end the word.
      return resultWords.filter((word) => !word.includes(' '));
    default:
      return [];
  }
}

/** Like a shell: one folder deeper than what is typed. */
function nextFolders(paths: readonly string[], typed: string): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(typed)) continue;
    const end = path.indexOf('/', typed.length);
    found.add(end < 0 ? path : path.slice(0, end + 1));
  }
  return [...found];
}
