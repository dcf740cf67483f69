/** The shape of property files, declared once: the parser checks by it and the JSON Schema is written from it. */
import * as v from 'valibot';
import type { ConfigResource } from '../project/config-keys.ts';
import { configShapes } from '../project/config-keys.ts';
import { configEntries } from '../project/read-config.ts';
import type { Shape } from '../project/shape.ts';
import { either, flag, keysAnd, keysOf, listOf, mapOf, oneOf, optional, text } from '../project/shape.ts';
import { constraintTypes } from './definitions.ts';
import { exposureShape, groupShape, versionName, versionShape } from './exposures-shape.ts';
import { unitTestShape } from './unit-tests-shape.ts';
import { selectorEntryShape, selectorShape } from './selectors-shape.ts';

const name = v.pipe(text('a name'), v.minLength(1, 'a name'));
const description = optional(text());
const columnNames = either([text(), listOf(text())], 'a column or a list of columns');
const { meta, tags, freshness, loaded_at_field: loadedAtField, loaded_at_query: loadedAtQuery, event_time: eventTime } = configShapes;

function configOf(resource: ConfigResource): Shape {
  return keysOf(configEntries(resource), 'a mapping of config keys');
}

const testConfig = { name: optional(name), description, ...configEntries('test') };
const testSettings = keysAnd(
  {
    ...testConfig,
    arguments: optional(mapOf(v.unknown(), 'a mapping of arguments')),
    config: optional(keysOf(testConfig, 'a mapping of config keys')),
  },
  v.unknown(),
  'a mapping of arguments',
);
const testExpected = 'the name of a check, or one `name: {arguments}`';
const test = either([name, v.pipe(mapOf(optional(testSettings), testExpected), v.minEntries(1), v.maxEntries(1))], testExpected);
const tests = optional(listOf(test, 'a list of checks'));

const ofConstraint = {
  type: oneOf(constraintTypes),
  name: optional(name),
  expression: optional(text('an SQL condition')),
  to: optional(text("a reference such as `ref('orders')`")),
  to_columns: optional(columnNames),
};
const constraintExpected = 'a constraint: a mapping with a `type`';
const columnConstraint = keysOf(ofConstraint, constraintExpected);
const constraint = keysOf({ ...ofConstraint, columns: optional(columnNames) }, constraintExpected);

const ofColumn = {
  name,
  description,
  data_type: optional(text('a column type')),
  type: optional(text('a column type')),
  tests,
  data_tests: tests,
  meta: optional(meta),
  tags: optional(tags),
  pii: optional(either([flag(), text()], '`true`, `false` or the kind of data')),
  quote: optional(flag()),
};
const columnExpected = 'a column: a mapping with a `name`';
const sourceColumn = keysOf(ofColumn, columnExpected);
const column = keysOf({ ...ofColumn, constraints: optional(listOf(columnConstraint, 'a list of constraints')) }, columnExpected);
const columns = optional(listOf(column, 'a list of columns'));

function nodeEntries(resource: 'model' | 'seed' | 'snapshot'): Readonly<Record<string, Shape>> {
  return {
    description,
    config: optional(configOf(resource)),
    columns,
    constraints: optional(listOf(constraint, 'a list of constraints')),
    tests,
    data_tests: tests,
    meta: optional(meta),
    tags: optional(tags),
    group: optional(configShapes.group),
    docs: optional(configShapes.docs),
    ...(resource === 'model' ? { access: optional(configShapes.access) } : {}),
  };
}

const version = versionShape(nodeEntries('model'), column);
const model = keysOf(
  {
    name,
    ...nodeEntries('model'),
    latest_version: optional(versionName),
    versions: optional(listOf(version, 'a list of versions')),
  },
  'a model: a mapping with a `name`',
);
const seed = keysOf({ name, ...nodeEntries('seed') }, 'a seed: a mapping with a `name`');

const snapshot = keysOf(
  { name, relation: v.pipe(text('a relation'), v.minLength(1, 'a relation')), ...nodeEntries('snapshot') },
  'a snapshot: a mapping with `name` and `relation`',
);

const location = v.pipe(text('a location'), v.minLength(1, 'a location'));
const external = optional(
  either(
    [
      location,
      keysOf({ location, format: optional(text('a file format')), options: optional(mapOf(v.unknown(), 'a mapping of reader options')) }),
    ],
    'a location, or a mapping with `location`, `format` and `options`',
  ),
);
const ofSource = {
  name,
  description,
  config: optional(configOf('source')),
  meta: optional(meta),
  tags: optional(tags),
  freshness: optional(freshness),
  loaded_at_field: optional(loadedAtField),
  loaded_at_query: optional(loadedAtQuery),
  event_time: optional(eventTime),
  tests,
  data_tests: tests,
  loader: optional(text()),
  external,
};
const table = keysOf(
  { ...ofSource, identifier: optional(name), columns: optional(listOf(sourceColumn, 'a list of columns')) },
  'a table: a mapping with a `name`',
);
const source = keysOf(
  { ...ofSource, schema: optional(name), tables: optional(listOf(table, 'a list of tables')) },
  'a source: a mapping with a `name`',
);
const macro = keysOf({ name, description }, 'a macro: a mapping with a `name`');
const docBlock = keysOf({ name, text: text('Markdown') }, 'a doc block: a mapping with `name` and `text`');

export const propertiesShape: Shape = optional(
  keysOf(
    {
      version: optional(v.unknown()),
      models: optional(listOf(model, 'a list of models')),
      seeds: optional(listOf(seed, 'a list of seeds')),
      snapshots: optional(listOf(snapshot, 'a list of snapshots')),
      sources: optional(listOf(source, 'a list of sources')),
      macros: optional(listOf(macro, 'a list of macros')),
      docs: optional(listOf(docBlock, 'a list of doc blocks')),
      vars: optional(mapOf(v.unknown(), 'a mapping of names to values')),
      selectors: optional(listOf(selectorShape, 'a list of selectors')),
      groups: optional(listOf(groupShape, 'a list of groups')),
      exposures: optional(listOf(exposureShape(configOf('exposure'), { tags, meta }), 'a list of exposures')),
      unit_tests: optional(listOf(unitTestShape(configOf('unit_test'), { tags, meta }), 'a list of unit tests')),
    },
    'a mapping with `models`, `seeds`, `snapshots`, `sources`, `exposures`, `unit_tests`, `groups`, `macros`, `docs`, `vars` or `selectors`',
  ),
);

/** Parts that occur often in the shape above, by the names that the JSON Schema gives them. */
export const sharedPropertyShapes = { test, column, sourceColumn, selector: selectorShape, selectorEntry: selectorEntryShape } as const;
