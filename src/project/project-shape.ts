/** The shape of project.yaml, declared once: the loader checks by it and the JSON Schema is written from it. */
import * as v from 'valibot';
import type { Engine } from '../adapter/adapter.ts';
import type { ConfigResource } from './config-keys.ts';
import { hooksShape } from './config-keys.ts';
import { formatShape } from './read-format.ts';
import { lintShape } from './read-lint.ts';
import { indirectSelections } from './indirect-selection.ts';
import { configEntries } from './read-config.ts';
import type { Shape, TypedEntries } from './shape.ts';
import { either, expectedBy, flag, keysAnd, keysOf, listOf, mapOf, oneOf, optional, text } from './shape.ts';

/** What the project file needs to know of an engine: its name and the keys of its own in a target. */
export type EngineSettings = Pick<Engine, 'type' | 'settingKeys' | 'requiredSettings' | 'checkSettings'>;

const nonEmpty = (expected: string): Shape => v.pipe(text(expected), v.minLength(1, expected));
const paths = optional(either([text(), listOf(text('a path'))], 'a path or a list of paths'));
const vars = optional(mapOf(v.unknown(), 'a mapping of names to values'));
const anySetting = optional(v.unknown());
const neededSetting = either([nonEmpty('a value'), v.number('a value'), flag()], 'a value');

const threadsExpected = 'a whole number above 0';
/** A number, or text that becomes one when `${NAME}` in it is resolved. */
const threads = either(
  [
    v.pipe(v.number(threadsExpected), v.integer(threadsExpected), v.minValue(1, threadsExpected)),
    v.pipe(text(threadsExpected), v.regex(/^[1-9][0-9]*$|\$\{/, threadsExpected)),
  ],
  threadsExpected,
);

function targetShape(engine: EngineSettings): v.StrictObjectSchema<TypedEntries, string> {
  const own = engine.settingKeys.map((name): [string, Shape] => [
    name,
    engine.requiredSettings.includes(name) ? neededSetting : anySetting,
  ]);
  return keysOf(
    {
      ...Object.fromEntries(own),
      type: v.literal(engine.type, `\`${engine.type}\``),
      schema: nonEmpty('a schema name'),
      database: optional(nonEmpty('a database name')),
      threads: optional(threads),
      schema_naming: optional(oneOf(['suffix', 'plain'])),
      vars,
    },
    'a target',
  );
}

/** A config tree: `+key` or a bare config word sets config, every other key is a folder below. */
function treeShape(resource: ConfigResource): Shape {
  const folder: Shape = v.lazy(() => tree);
  const bare = Object.entries(configEntries(resource)).map(([name, shape]): [string, Shape] => {
    const own = shape.wrapped;
    return [name, optional(either([own, folder], expectedBy(own)))];
  });
  const tree: Shape = keysAnd(
    { ...configEntries(resource, '+'), ...Object.fromEntries(bare) },
    optional(folder),
    'a mapping of folders and `+config` keys',
  );
  return tree;
}

const hooks = optional(hooksShape);
const nameExpected = 'a name of letters, digits and `_` that does not start with a digit';

/** The shape of project.yaml, for the engines that targets may name. */
export function projectShape(engines: readonly EngineSettings[]): Shape {
  const targets = v.variant('type', engines.map(targetShape), 'a mapping with `type` and the settings of that engine');
  const targetsExpected = 'a mapping of target names to their settings';
  return keysOf(
    {
      name: v.pipe(text(nameExpected), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, nameExpected)),
      version: optional(text()),
      default_target: optional(text('the name of a target')),
      targets: v.pipe(mapOf(targets, targetsExpected), v.minEntries(1, targetsExpected)),
      state_schema: optional(nonEmpty('a schema name')),
      model_paths: paths,
      macro_paths: paths,
      seed_paths: paths,
      test_paths: paths,
      docs_paths: paths,
      snapshot_paths: paths,
      target_path: optional(nonEmpty('a path')),
      vars,
      flags: optional(keysOf({ indirect_selection: optional(oneOf(indirectSelections)) }, 'a mapping of flags')),
      models: optional(treeShape('model')),
      seeds: optional(treeShape('seed')),
      snapshots: optional(treeShape('snapshot')),
      tests: optional(treeShape('test')),
      format: optional(formatShape),
      lint: optional(lintShape),
      on_run_start: hooks,
      on_run_end: hooks,
      'on-run-start': hooks,
      'on-run-end': hooks,
    },
    'a mapping',
  );
}
