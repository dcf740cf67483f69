/** The shape of `selectors:`, declared once: the parser checks by it and the JSON Schema is written from it. */
import * as v from 'valibot';
import type { Shape } from '../project/shape.ts';
import { either, flag, keysAnd, keysOf, listOf, oneOf, optional, text } from '../project/shape.ts';
import { indirectSelections } from '../project/indirect-selection.ts';

const depthExpected = 'a whole number, 0 or more';
const depth = v.pipe(v.number(depthExpected), v.integer(depthExpected), v.minValue(0, depthExpected));

const valueExpected = 'a value: text, a number, `true` or `false`';
const value = either([text(), v.number(valueExpected), flag()], valueExpected);

const entryExpected = 'a selector: text, or a mapping such as `{tag: nightly}`, `{method: …, value: …}`, `{union: […]}`';
const entries = listOf(
  v.lazy((): Shape => selectorEntryShape),
  'a list of selectors',
);

/** One part of a definition: the grammar of the command line, or a mapping. */
export const selectorEntryShape: Shape = either(
  [
    text(entryExpected),
    keysAnd(
      {
        union: optional(entries),
        intersection: optional(entries),
        exclude: optional(entries),
        method: optional(text('the name of a method')),
        value: optional(value),
        parents: optional(flag()),
        parents_depth: optional(depth),
        children: optional(flag()),
        children_depth: optional(depth),
        childrens_parents: optional(flag()),
        indirect_selection: optional(oneOf(indirectSelections)),
      },
      optional(value),
      entryExpected,
    ),
  ],
  entryExpected,
);

const name = v.pipe(text('a name'), v.minLength(1, 'a name'));
const isDefault = either([flag(), text()], '`true`, `false`, or a template that gives one of them');

/** One named selector. */
export const selectorShape = keysOf(
  { name, description: optional(text()), default: optional(isDefault), definition: selectorEntryShape },
  'a selector: a mapping with a `name` and a `definition`',
);
