import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnyYaml } from './parse-yaml.ts';
import { parseSimpleYaml } from './simple-yaml.ts';

/** Asserts that the short cut gives the library's tree, places included, or gives up. Tells whether it answered. */
function agrees(text: string): boolean {
  const simple = parseSimpleYaml(text);
  if (simple === undefined) return false;
  const reference = parseAnyYaml({ path: 'a.yaml', text });
  expect({ text, tree: simple, diagnostics: [] }).toEqual({ text, tree: reference.value, diagnostics: reference.diagnostics });
  return true;
}

const word = fc.constantFrom(
  'a',
  'name',
  'b_c',
  'x1',
  'not_null',
  '+tags',
  'Null',
  'true',
  '12',
  '1.10',
  '-3',
  '007',
  'a b',
  'ünï',
  '2024-01-01',
);
const scalar = fc.oneof(
  word,
  word.map((text) => `"${text}"`),
  word.map((text) => `'${text}'`),
  fc.constantFrom(
    'a#b',
    'a # c',
    "ref('x')",
    'http://x',
    'a:b',
    '""',
    "''",
    '{{ x }}',
    '> 10',
    '-',
    '- a',
    '[]',
    '{}',
    '|',
    '"a\\n"',
    "'it''s'",
    '~',
    '.5',
    '...',
    '1_0',
    '0x1',
  ),
);
const flow = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  map: fc
    .array(fc.tuple(word, tie('value')), { maxLength: 3 })
    .map((pairs) => `{${pairs.map(([key, value]) => `${key}: ${String(value)}`).join(', ')}}`),
})).value;

/** Lines of random indentation: mostly wrong YAML, which must be given up or read alike. */
const line = fc.tuple(
  fc.nat(4),
  fc.constantFrom('', '- ', '- - ', '-'),
  fc.constantFrom('', 'a:', 'b: ', 'c:  ', '"d": '),
  fc.oneof(scalar, flow, fc.constant('')),
  fc.constantFrom('', ' ', ' # x', '#y'),
);
const document = fc
  .array(line, { maxLength: 8 })
  .map((lines) => lines.map(([indent, dash, key, value, tail]) => ' '.repeat(indent) + dash + key + String(value) + tail));

const friendly = fc.constantFrom(
  'a',
  '"b c"',
  "'d'",
  '[a, "b"]',
  '{x: 1, y: [2]}',
  '12',
  '1.50',
  'true',
  'text with words',
  "ref('x')",
  '',
);

/** Well-formed block documents. */
const block = fc.letrec<{ node: string[]; map: string[]; list: string[]; leaf: string[] }>((tie) => ({
  leaf: fc
    .oneof({ weight: 8, arbitrary: friendly }, { weight: 1, arbitrary: scalar }, { weight: 1, arbitrary: flow })
    .map((text) => [String(text)]),
  node: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('map'), tie('list')),
  map: fc
    .uniqueArray(fc.tuple(word, tie('node'), fc.boolean()), { minLength: 1, maxLength: 4, selector: ([key]) => key })
    .map((pairs) =>
      pairs.flatMap(([key, value, wide]) =>
        value.length === 1 ? [`${key}: ${value[0] ?? ''}`] : [`${key}:`, ...value.map((text) => (wide ? `    ${text}` : `  ${text}`))],
      ),
    ),
  list: fc
    .array(tie('node'), { minLength: 1, maxLength: 4 })
    .map((items) => items.flatMap((item) => item.map((text, index) => (index === 0 ? `- ${text}` : `  ${text}`)))),
}));

describe('the short cut for plain YAML', () => {
  it('gives the same tree and places as the library on random lines', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('\n', '\r\n'), (lines, end) => void agrees(lines.join(end))),
      { numRuns: 3000 },
    );
  });

  it('gives the same tree and places as the library on random well-formed documents', () => {
    let answered = 0;
    fc.assert(
      fc.property(fc.oneof(block.map, block.list), (lines) => void (agrees(`${lines.join('\n')}\n`) && (answered += 1))),
      { numRuns: 2000 },
    );
    expect(answered).toBeGreaterThan(300);
  });

  it('answers for an ordinary property file', () => {
    const text = `version: 2
models:
- name: orders   # the main one
  description: "All orders: one row each"
  config: {tags: [daily, 'core'], enabled: true}

  columns:
    - name: id
      tests: [unique, not_null]
    - name: status
      data_tests:
        - accepted_values:
            arguments:
              values: [a, b]
        - relationships: {to: ref('customers'), field: id}
      meta:
        owner:
`;
    expect(agrees(text)).toBe(true);
    expect(agrees(text.replaceAll('\n', '\r\n'))).toBe(true);
  });

  it.each(['a: |\n  text', 'a: &x 1', 'a: b\n  c', '---\na: 1', 'a:\tb', 'a: 1\na: 2', '"a": 1', 'a: 😀', '# only a comment', ''])(
    'leaves %j to the library',
    (text) => {
      expect(parseSimpleYaml(text)).toBeUndefined();
    },
  );
});
