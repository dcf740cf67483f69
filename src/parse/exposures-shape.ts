/** The shapes of exposures, groups and versions, declared once: the parser checks by them, JSON Schemas are written from them. */
import * as v from 'valibot';
import type { Shape } from '../project/shape.ts';
import { either, keysAnd, keysOf, listOf, oneOf, optional, text } from '../project/shape.ts';

const name = v.pipe(text('a name'), v.minLength(1, 'a name'));

const owner = keysAnd(
  { name: optional(text()), email: optional(either([text(), listOf(text())], 'an address or a list of them')) },
  v.unknown(),
  'an owner: a mapping with `name`, `email`',
);

export const groupShape = keysOf({ name, description: optional(text()), owner }, 'a group: a mapping with `name` and `owner`');

/** `config` is a mapping of config keys. */
export function exposureShape(config: Shape, shared: Readonly<Record<'tags' | 'meta', Shape>>): Shape {
  return keysOf(
    {
      name,
      type: oneOf(['dashboard', 'notebook', 'analysis', 'ml', 'application']),
      label: optional(text()),
      maturity: optional(oneOf(['high', 'medium', 'low'])),
      url: optional(text()),
      description: optional(text()),
      owner,
      depends_on: optional(listOf(text("a reference such as `ref('orders')`"), 'a list of references')),
      tags: optional(shared.tags),
      meta: optional(shared.meta),
      config: optional(config),
    },
    'an exposure: a mapping with `name`, `type` and `owner`',
  );
}

const versionExpected = 'a number or a name';
/** What names a version. */
export const versionName = either(
  [v.number(versionExpected), v.pipe(text(versionExpected), v.minLength(1, versionExpected))],
  versionExpected,
);

const columnNames = either([text(), listOf(text())], '`all`, or a list of columns');

/** One version of a model; `node` are the keys that it shares with the model, `column` is the shape of one column. */
export function versionShape(node: Readonly<Record<string, Shape>>, column: Shape): Shape {
  const choice = keysOf({ include: columnNames, exclude: optional(listOf(text())) }, 'columns to take over: a mapping with `include`');
  return keysOf(
    {
      ...node,
      v: versionName,
      defined_in: optional(name),
      deprecation_date: optional(text('a date')),
      columns: optional(listOf(either([column, choice], 'a column, or `include:` with columns to take over'), 'a list of columns')),
    },
    'a version: a mapping with a `v`',
  );
}
