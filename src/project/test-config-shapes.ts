/** The shapes of what config can say of a test: on the test itself, for those of a folder, and for those of a node. */
import * as v from 'valibot';
import { either, flag, keysOf, listOf, mapOf, oneOf, text } from './shape.ts';

/** One text means a list of one. */
export const toList = (value: string | string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

export const names = v.pipe(either([text(), listOf(text())], 'text or a list of texts'), v.transform(toList));

export const testConfigShapes = {
  enabled: flag(),
  tags: names,
  meta: mapOf(v.unknown()),
  severity: oneOf(['error', 'warn']),
  warn_if: text('a condition such as `> 10`'),
  error_if: text('a condition such as `> 10`'),
  where: text('an SQL condition'),
  on_null: oneOf(['pass', 'fail']),
  group_by: v.pipe(either([text(), listOf(text())], 'a column or a list of columns'), v.transform(toList)),
  limit: v.pipe(v.number('a whole number above 0'), v.integer('a whole number above 0'), v.minValue(1, 'a whole number above 0')),
  store_failures: flag(),
  schema: text('a schema name'),
  on_fail: oneOf(['report', 'quarantine']),
  keep: either(
    [oneOf(['none']), keysOf({ first: text('a column') }), keysOf({ last: text('a column') })],
    '`none`, or `first` or `last` with a column',
  ),
} as const;
