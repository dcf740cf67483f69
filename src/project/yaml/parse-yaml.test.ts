import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { positionAt } from '../../diagnostics/span.ts';
import { parseAnyYaml, parseYaml } from './parse-yaml.ts';
import { resolvePlain } from './resolve-scalar.ts';
import { toYamlValue, valueOf } from './yaml-node.ts';

function problems(text: string): readonly Diagnostic[] {
  return parseYaml({ path: 'a.yaml', text }).diagnostics;
}

function only(text: string): Diagnostic & { readonly at: string } {
  const found = problems(text);
  expect(found).toHaveLength(1);
  const [first] = found;
  if (first === undefined) throw new Error('no diagnostic');
  const { line, column } = positionAt(text, first.span?.start ?? -1);
  return { ...first, at: `${line}:${column}` };
}

function value(text: string): unknown {
  const { value: node, diagnostics } = parseYaml({ path: 'a.yaml', text });
  expect(diagnostics).toEqual([]);
  return node === undefined ? undefined : toYamlValue(node);
}

describe('places of collections', () => {
  it.each([
    ['[a, b]', 6],
    ["[a, 'b' ]", 9],
    ['{a: [1, {b: "x"}, ], c: d, }', 28],
    ['[ # first\n  a, # second\n  "b" # third\n  ] # last', 41],
    ['[]', 2],
    ['{ }', 3],
    ['&x [a, [b]]', 11],
  ])('reach to the bracket: %s', (text, end) => {
    // With a directive at the top it is the library that reads, without the short cut.
    for (const head of ['', '%YAML 1.2\n---\n']) {
      const node = valueOf(parseYaml({ path: 'a.yaml', text: `${head}k: ${text}\n` }).value, 'k');
      expect((node?.end ?? 0) - head.length - 3).toBe(end);
    }
  });
});

describe('YAML that is wrong', () => {
  it('names the line that is indented with a tab', () => {
    expect(only('models:\n\t- name: a\n')).toMatchObject({ code: 'yaml-tab', message: 'line 2 is indented with a tab', at: '2:1' });
    expect(only('a:\n  b: 1\n\tc: 2\n')).toMatchObject({ code: 'yaml-tab', message: 'line 3 is indented with a tab' });
  });

  it('names the line with a bad indentation', () => {
    expect(only('a:\n  b: 1\n c: 2\n')).toMatchObject({
      code: 'yaml-indentation',
      message: 'line 3 does not fit the lines above it: wrong indentation, or a `:` inside an unquoted value',
      at: '3:2',
    });
    expect(only('a: b: c')).toMatchObject({ code: 'yaml-indentation', at: '1:5' });
  });

  it('names both lines of a duplicate key', () => {
    const text = 'name: a\nx: 1\nname: b\n';
    expect(only(text)).toMatchObject({
      code: 'yaml-duplicate-key',
      message: 'key `name` is given twice, on line 1 and on line 3',
      span: { path: 'a.yaml', start: 13, end: 17 },
      notes: [{ message: 'the first one is here', span: { path: 'a.yaml', start: 0, end: 4 } }],
    });
  });

  it('finds a duplicate among many keys', () => {
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}: 1`);
    expect(only([...keys, 'k30: 2'].join('\n'))).toMatchObject({ message: 'key `k30` is given twice, on line 31 and on line 41' });
  });

  it('stops an alias bomb before it is walked', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level += 1)
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    expect(only(lines.join('\n'))).toMatchObject({ code: 'yaml-limit', message: 'this YAML has more than 100000 nodes' });
  });

  it('limits the number of aliases', () => {
    expect(only(`a: &a 1\nb: [${Array.from({ length: 101 }, () => '*a').join(', ')}]`)).toMatchObject({
      message: 'this YAML has more than 100 aliases',
    });
  });

  it('limits the depth, also through aliases', () => {
    expect(only('['.repeat(101) + ']'.repeat(101))).toMatchObject({ code: 'yaml-limit', message: 'this YAML has more than 100 levels' });
    const deep = `a: &a ${'['.repeat(60)}1${']'.repeat(60)}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}`;
    expect(only(deep)).toMatchObject({ code: 'yaml-limit', message: 'this YAML has more than 100 levels' });
  });

  it('refuses a circular anchor and an unknown one', () => {
    expect(only('a: &x [1, *x]')).toMatchObject({
      code: 'yaml-circular-anchor',
      message: '`*x` stands inside `&x`, so it would contain itself',
      at: '1:11',
    });
    expect(only('a: *nobody')).toMatchObject({ code: 'yaml-unknown-anchor', message: '`*nobody` has no `&nobody` before it' });
  });

  it('refuses tags', () => {
    expect(only('a: !!js/function "x"')).toMatchObject({
      code: 'yaml-tag',
      message: 'the tag `!!js/function` is not supported',
      at: '1:4',
    });
    expect(only('a: !custom {b: 1}')).toMatchObject({ code: 'yaml-tag', message: 'the tag `!custom` is not supported' });
  });

  it('refuses a second document', () => {
    const text = 'a: 1\n---\nb: 2\n';
    expect(only(text)).toMatchObject({
      code: 'yaml-several-documents',
      message: 'a file holds one YAML document, and here a second one starts',
      at: '2:1',
    });
  });

  it.each([
    ['007', 'leading-zero', '`007` has a leading zero that a number would lose'],
    ['0x1F', 'other-base', '`0x1F` is a number in another base than ten'],
    ['0o17', 'other-base', '`0o17` is a number in another base than ten'],
    ['1_000', 'underscore', '`1_000` has underscores between its digits'],
    ['12345678901234567890', 'too-large', '`12345678901234567890` is too large to be kept exactly as a number'],
    ['9007199254740993', 'too-large', '`9007199254740993` is too large to be kept exactly as a number'],
    ['.inf', 'not-finite', '`.inf` is no finite number'],
  ])('asks for quotes around %s (%s)', (written, _, message) => {
    expect(only(`a: ${written}`)).toMatchObject({ code: 'yaml-number', message, help: `quote it: \`"${written}"\``, at: '1:4' });
    expect(value(`a: "${written}"`)).toEqual({ a: written });
  });

  it('explains an unquoted template', () => {
    expect(problems('a: {{ x }}')[0]).toMatchObject({ code: 'yaml-key', message: 'a key must be text, not a mapping' });
  });

  it('explains what is not closed and what cannot start a value', () => {
    expect(only('a: [1, 2').message).toBe('line 1 is not valid YAML: a `[` or `{` is not closed');
    expect(only('a: "x').message).toBe('line 1 is not valid YAML: a `"` is not closed');
    expect(only('a: [1, 2\nb: 1').message).toBe(
      'line 2 is not valid YAML: a bracket or quote that is open here is not closed, or goes on with too little indentation',
    );
    expect(only('a: @x').message).toBe('line 1 is not valid YAML: a value cannot start with `@`');
    expect(only('a: `x`').message).toBe('line 1 is not valid YAML: a value cannot start with a backtick');
  });

  it('reports every problem that leaves the rest readable', () => {
    const { value: node, diagnostics } = parseYaml({ path: 'a.yaml', text: 'a: 007\na: 1\nb: !x 2\nc: 3\n' });
    expect(diagnostics.map((entry) => entry.code)).toEqual(['yaml-number', 'yaml-duplicate-key', 'yaml-tag']);
    expect(valueOf(node, 'c')).toMatchObject({ value: 3 });
  });
});

describe('YAML values', () => {
  it('follow the core rules of YAML 1.2', () => {
    expect(value('[yes, no, on, 2024-01-01, 12:30, true, False, null, ~, 1, -2, 1.5, 1e3x]')).toEqual([
      'yes',
      'no',
      'on',
      '2024-01-01',
      '12:30',
      true,
      false,
      null,
      null,
      1,
      -2,
      1.5,
      '1e3x',
    ]);
  });

  it('keep the spelling of numbers that JavaScript would print otherwise', () => {
    expect(value('a: 1.10\nb: 1e3\nc: .5\nd: 1.5\n')).toEqual({
      a: { yamlNumber: 1.1, text: '1.10' },
      b: { yamlNumber: 1000, text: '1e3' },
      c: { yamlNumber: 0.5, text: '.5' },
      d: 1.5,
    });
  });

  it('read block scalars, anchors, quoted keys and escapes', () => {
    expect(value('a: &x |\n  one\n  two\n"b c": *x\nd: >-\n  folded\n  text\ne: "\\u00e9\\n"\n')).toEqual({
      a: 'one\ntwo\n',
      'b c': 'one\ntwo\n',
      d: 'folded text',
      e: 'é\n',
    });
  });

  it('are the same with CRLF and with a lone CR', () => {
    const text = 'a: 1\nb:\n  - c\n';
    expect(value(text.replaceAll('\n', '\r\n'))).toEqual(value(text));
    expect(value(text.replaceAll('\n', '\r'))).toEqual(value(text));
  });

  it('treat keys such as __proto__ as keys like any other', () => {
    expect(Object.keys(value('__proto__: 1\nconstructor: 2') as object)).toEqual(['__proto__', 'constructor']);
  });

  it('are undefined for an empty file', () => {
    expect(parseYaml({ path: 'a.yaml', text: '# nothing\n' })).toEqual({ value: undefined, diagnostics: [] });
  });

  it('know their places', () => {
    const text = 'a:\n  - "q"\n  - plain\n';
    const node = valueOf(parseYaml({ path: 'a.yaml', text }).value, 'a');
    expect(node?.kind === 'list' && node.items.map((item) => text.slice(item.start, item.end))).toEqual(['q', 'plain']);
    expect(parseAnyYaml({ path: 'a.yaml', text })).toEqual(parseYaml({ path: 'a.yaml', text }));
  });

  it('resolve words of any length', () => {
    expect(['', 'n', 'Null', 'nUll', 'FALSE', 'falsey'].map(resolvePlain)).toEqual([null, 'n', null, 'nUll', false, 'falsey']);
  });
});
