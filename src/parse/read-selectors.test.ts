import { describe, expect, it } from 'vitest';
import { positionAt } from '../diagnostics/span.ts';
import type { SelectorEntry } from './definitions.ts';
import { parseProperties } from './properties.ts';

const path = 'selectors.yaml';

function parse(definition: string): ReturnType<typeof parseProperties> {
  const indented = definition.replaceAll('\n', '\n      ');
  return parseProperties({ kind: 'properties', path, base: '', text: `selectors:\n  - name: one\n    definition: ${indented}\n` });
}

/** An entry without places. */
function shape(entry: SelectorEntry): unknown {
  if (entry.kind === 'text') return entry.text.value;
  const exclude = entry.exclude.length === 0 ? {} : { exclude: entry.exclude.map(shape) };
  if (entry.kind !== 'criterion') return { [entry.kind]: entry.parts.map(shape), ...exclude };
  const { kind: _, method, value, span: __, exclude: ___, ...rest } = entry;
  return { method: method.value, value: value.value, ...rest, ...exclude };
}

function read(definition: string): unknown {
  const { value, diagnostics } = parse(definition);
  expect(diagnostics).toEqual([]);
  const [selector] = value.selectors;
  return selector === undefined ? undefined : shape(selector.entry);
}

const plain = { childrensParents: false };

describe('a definition is read as', () => {
  it.each<[string, unknown]>([
    ['orders+', 'orders+'],
    ['"tag:a,(b c)"', 'tag:a,(b c)'],
    ['{tag: nightly}', { method: 'tag', value: 'nightly', ...plain }],
    ['{config.meta.rank: 1.50}', { method: 'config.meta.rank', value: '1.50', ...plain }],
    ['{config.meta.pii: true}', { method: 'config.meta.pii', value: 'true', ...plain }],
    ['{method: fqn, value: a}', { method: 'fqn', value: 'a', ...plain }],
    ['{method: fqn, value: a, parents: true}', { method: 'fqn', value: 'a', ...plain, parents: 'all' }],
    [
      '{method: fqn, value: a, parents: true, parents_depth: 1, children: true, children_depth: 0}',
      { method: 'fqn', value: 'a', ...plain, parents: 1, children: 0 },
    ],
    ['{method: fqn, value: a, parents: false, childrens_parents: true}', { method: 'fqn', value: 'a', childrensParents: true }],
    [
      '{method: fqn, value: a, indirect_selection: cautious, exclude: [b, {tag: c}]}',
      { method: 'fqn', value: 'a', ...plain, indirect: 'cautious', exclude: ['b', { method: 'tag', value: 'c', ...plain }] },
    ],
    ['{union: [a, {intersection: [b, c]}, {exclude: [d, e]}]}', { union: ['a', { intersection: ['b', 'c'] }], exclude: ['d', 'e'] }],
    ['{intersection: [a, {exclude: [b]}]}', { intersection: ['a'], exclude: ['b'] }],
  ])('%s', (definition, expected) => {
    expect(read(definition)).toEqual(expected);
  });

  it('the selector of a property file that says other things too', () => {
    const text = 'models:\n  - name: a\nselectors:\n  - {name: x, description: what, default: true, definition: a}\n';
    const { value, diagnostics } = parseProperties({ kind: 'properties', path: 'models/p.yaml', base: 'models', text });
    expect(diagnostics).toEqual([]);
    expect(value.selectors).toMatchObject([{ name: 'x', description: 'what', isDefault: { value: true } }]);
    expect(value.models).toMatchObject([{ name: 'a' }]);
  });
});

describe('a mistake in a definition is told at its place', () => {
  it.each([
    ['{value: a}', '3:17 `method` is missing'],
    ['{method: tag}', '3:17 `value` is missing'],
    ['{method: fqn, value: a, perents: true}', '3:41 there is no key `perents` here'],
    ['{tag: a, path: b}', '3:17 this selector has several keys, and none of them is `method`'],
    ['{exclude: [a]}', '3:18 nothing is there to exclude from'],
    ['{union: [{exclude: [a]}]}', '3:18 nothing is there to exclude from'],
    ['{union: []}', '3:18 this `union` is empty'],
    ['{union: [a], tag: b}', '3:30 `tag` cannot stand beside `union`'],
    ['{union: [a], exclude: [b]}', '3:30 `exclude` cannot stand beside `union`'],
    ['{union: [a, {exclude: [b]}, {exclude: [c]}]}', '3:46 this `union` has two `exclude`'],
    ['{union: [a, {exclude: [b], tag: c}]}', '3:30 `exclude` stands beside other keys'],
    ['{method: fqn, value: a, children_depth: 1}', '3:57 `children_depth` says how far, but not that'],
    ['{method: fqn, value: a, children: true, childrens_parents: true}', '3:57 `childrens_parents` and `children` do not go together'],
  ])('%s', (definition, expected) => {
    const { value, diagnostics } = parse(definition);
    const text = `selectors:\n  - name: one\n    definition: ${definition}\n`;
    const told = diagnostics.map((entry) => {
      const { line, column } = positionAt(text, entry.span?.start ?? -1);
      return `${line}:${column} ${entry.message}`;
    });
    expect(told).toEqual([expected]);
    expect(diagnostics[0]?.help).toBeDefined();
    expect(value.selectors).toEqual([]);
  });

  it.each([
    '[a, b]',
    '{union: a}',
    '{tag: [a]}',
    '{method: fqn, value: a, indirect_selection: eagre}',
    '{method: fqn, value: a, parents: 1}',
  ])('as a value of the wrong kind: %s', (definition) => {
    expect(parse(definition).diagnostics).toMatchObject([{ code: 'wrong-value' }]);
  });
});
