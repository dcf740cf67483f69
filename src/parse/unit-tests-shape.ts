/** The shape of unit tests, declared once: the parser checks by it and the JSON Schema is written from it. */
import * as v from 'valibot';
import type { Shape } from '../project/shape.ts';
import { either, flag, keysAnd, keysOf, listOf, mapOf, oneOf, optional, text } from '../project/shape.ts';

const name = v.pipe(text('a name'), v.minLength(1, 'a name'));

const rowsExpected = 'a list of rows, or text with `format: csv` or `format: sql`';
const fixture = {
  rows: optional(
    either([listOf(mapOf(v.unknown(), 'a row: a mapping of columns to values'), rowsExpected), text(rowsExpected)], rowsExpected),
  ),
  format: optional(oneOf(['dict', 'csv', 'sql'])),
  fixture: optional(name),
};

const input = keysOf({ input: name, ...fixture }, 'an input: a mapping with `input` and `rows`');
const expect = keysOf(fixture, 'a mapping with `rows`');

const timeExpected = 'a time such as `2024-01-31T00:00:00Z`';
const time = text(timeExpected);
const overrides = keysOf(
  {
    vars: optional(mapOf(v.unknown(), 'a mapping of variables to values')),
    macros: optional(keysAnd({ is_incremental: optional(flag()) }, v.unknown(), 'a mapping of macros to what they give')),
    run_started_at: optional(time),
    interval: optional(keysOf({ start: time, end: time }, 'a mapping with `start` and `end`')),
  },
  'a mapping with `vars`, `macros`, `run_started_at` or `interval`',
);

/** `config` is a mapping of config keys. */
export function unitTestShape(config: Shape, shared: Readonly<Record<'tags' | 'meta', Shape>>): Shape {
  return keysOf(
    {
      name,
      description: optional(text()),
      model: name,
      given: optional(listOf(input, 'a list of inputs')),
      expect,
      overrides: optional(overrides),
      tags: optional(shared.tags),
      meta: optional(shared.meta),
      config: optional(config),
    },
    'a unit test: a mapping with `name`, `model`, `given` and `expect`',
  );
}
