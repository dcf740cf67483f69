/** What is added to property files, and that nothing else about them changes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import { toYamlValue } from '../project/yaml/yaml-node.ts';
import { addToYaml } from './add-to-yaml.ts';
import type { NamedEntry, NamedList } from './add-to-yaml.ts';
import { yamlText } from './yaml-text.ts';

const column = (name: string, type?: string): NamedEntry => ({ name, values: type === undefined ? [] : [['data_type', type]], lists: [] });
const model = (name: string, ...columns: readonly string[]): NamedEntry => ({
  name,
  values: [],
  lists: [{ key: 'columns', entries: columns.map((each) => column(each)) }],
});
const models = (...entries: readonly NamedEntry[]): NamedList => ({ key: 'models', entries });

function add(text: string, list: NamedList): { readonly text: string | undefined; readonly refused: readonly string[] } {
  const added = addToYaml({ path: 'models.yaml', text }, list, (name) => name.toLowerCase());
  return { text: added.text, refused: added.refused.map((at) => text.slice(at, at + 12).split('\n')[0] ?? '') };
}

/** The lines that are new; fails where an old one is gone, moved or changed. */
function newLines(text: string, list: NamedList): readonly string[] {
  const after = (add(text, list).text ?? text).split('\n');
  const old = text.replace(/\n$/, '').split('\n');
  let at = 0;
  const fresh = after.filter((line) => (line === old[at] && at < old.length ? ((at += 1), false) : true));
  expect(at).toBe(old.length === 1 && old[0] === '' ? at : old.length);
  return fresh.filter((line, index) => line !== '' || index < fresh.length - 1);
}

const written = `# what the shop sells
version: 2

models:
  - name: orders   # the heart of it
    description: >
      One row per order,
      however large.
    columns:
      - name: id   # the key
        tests: [unique]
      # - name: gone
      - name: Amount

  - name: visits
    columns:
    # none yet

  # the last one
  - name: items
    meta: { owner: "x # y" } # who

exposures: []
`;

describe('a property file', () => {
  it('gets what is missing, where it belongs', () => {
    expect(
      add(written, models(model('orders', 'id', 'amount', 'tax'), model('visits', 'page'), model('items', 'sku'), model('new', 'a'))).text,
    ).toBe(`# what the shop sells
version: 2

models:
  - name: orders   # the heart of it
    description: >
      One row per order,
      however large.
    columns:
      - name: id   # the key
        tests: [unique]
      # - name: gone
      - name: Amount
      - name: tax

  - name: visits
    columns:
      - name: page
    # none yet

  # the last one
  - name: items
    meta: { owner: "x # y" } # who
    columns:
      - name: sku

  - name: new
    columns:
      - name: a

exposures: []
`);
  });

  it('stays as it is where nothing is missing', () => {
    expect(add(written, models(model('orders', 'ID', 'amount'), model('visits')))).toEqual({ text: undefined, refused: [] });
  });

  it.each([
    ['an empty file', ''],
    ['comments alone', '# nothing yet\n'],
    ['no models', 'version: 2\nsources: []'],
    ['models without any', 'models: # none\n'],
  ])('may be %s', (_, text) => {
    const { text: after = '' } = add(text, models(model('a', 'b')));
    expect(after.startsWith(text.trimEnd())).toBe(true);
    expect(
      newLines(text, models(model('a', 'b')))
        .join('\n')
        .trimEnd(),
    ).toMatch(/^(?:models:\n)? {2}- name: a\n {4}columns:\n {6}- name: b$/m);
  });

  it('keeps the indentation that it has', () => {
    const text = 'models:\n- name: a\n  columns:\n  - name: b\n';
    expect(newLines(text, models(model('a', 'c'), model('d', 'e')))).toEqual(['  - name: c', '- name: d', '  columns:', '    - name: e']);
  });

  it('leaves comments with what they speak of', () => {
    const text = `models:
  - name: a
    columns:
      - name: b
        # of b
      # of the next one

    # of nothing
  - name: c
    # of c
# of the file
`;
    expect(add(text, models(model('a', 'x'), model('c', 'z'), model('d', 'e'))).text).toBe(`models:
  - name: a
    columns:
      - name: b
        # of b
      - name: x
      # of the next one

    # of nothing
  - name: c
    # of c
    columns:
      - name: z
  - name: d
    columns:
      - name: e
# of the file
`);
  });

  it('goes on in brackets where it is written so', () => {
    const text = 'models:\n  - name: a\n    columns: [{ name: b, tests: [x: { y: "]}" }] }] # all\n';
    const list = models({ ...model('a'), lists: [{ key: 'columns', entries: [column('c', 'numeric(10, 2)')] }] });
    expect(add(text, list).text).toBe(text.replace('}] }]', '}] }, { name: c, data_type: "numeric(10, 2)" }]'));
  });

  it('begins in brackets that are empty', () => {
    expect(add('models:\n  - name: a\n    columns: [] # none\n', models(model('a', 'b', 'c'))).text).toBe(
      'models:\n  - name: a\n    columns: [{ name: b }, { name: c }] # none\n',
    );
  });

  it.each([
    ['a model in brackets', 'models: [{ name: a }]\n', '{ name: a }]'],
    ['an alias', 'models:\n  - name: a\n    columns: &c\n      - name: b\n  - name: d\n    columns: *c\n', '- name: b'],
    ['a list of texts', 'models:\n  - name: a\n    columns: [b]\n', '[b]'],
    ['text in the place of a list', 'models:\n  - name: a\n    columns: x\n', 'columns: x'],
  ])('is left as it is at %s', (_, text, at) => {
    const { text: after, refused } = add(text, models(model('a', 'b', 'c'), model('d', 'b', 'c', 'e')));
    expect(refused.length).toBeGreaterThan(0);
    if (after !== undefined) expect(after).toContain(at);
    for (const line of text.split('\n')) expect(after ?? text).toContain(line);
  });

  it('gets everything else where one place is refused', () => {
    const text = 'models:\n  - name: a\n    columns: x\n  - name: b\n';
    expect(add(text, models(model('a', 'x'), model('b', 'z')))).toEqual({
      text: `${text}    columns:\n      - name: z\n`,
      refused: ['columns: x'],
    });
  });

  it('is refused as a whole where it is no YAML', () => {
    expect(add('models:\n  - name: [a\n', models(model('a', 'b'))).text).toBeUndefined();
  });

  it('never loses a line, whatever it looks like', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd e', 'yes', '1', "o'x", 'ü');
    const columns = fc.uniqueArray(name, { maxLength: 4 });
    const style = fc.record({
      deep: fc.boolean(),
      gap: fc.boolean(),
      comment: fc.boolean(),
      brackets: fc.boolean(),
      description: fc.constantFrom('', 'text', '|', '>-'),
    });
    const file = fc.array(fc.tuple(name, columns, style), { maxLength: 4 });
    fc.assert(
      fc.property(file, fc.uniqueArray(fc.tuple(name, columns), { maxLength: 4, selector: ([each]) => each }), (there, wanted) => {
        const seen = new Set<string>();
        const text = there
          .filter(([each]) => !seen.has(each) && seen.add(each))
          .map(([each, those, { deep, gap, comment, brackets, description }]) => {
            const dash = deep ? '      - ' : '    - ';
            const list = brackets
              ? `    columns: [${those.map((one) => `{ name: ${JSON.stringify(one)} }`).join(', ')}]\n`
              : `    columns:\n${those.map((one) => `${dash}name: ${yamlText(one)}${comment ? ' # c' : ''}\n`).join('')}`;
            const block =
              description.length > 1 && description !== 'text'
                ? `${description}\n      one\n\n      two`
                : description === '|'
                  ? '|\n      one\n'
                  : description;
            return `${gap ? '\n' : ''}${comment ? '  # about it\n' : ''}  - name: ${yamlText(each)}\n${description === '' ? '' : `    description: ${block}\n`}${list}`;
          })
          .join('');
        const source = { path: 'm.yaml', text: `models:\n${text}` };
        if (parseYaml(source).diagnostics.length > 0) return;
        const list = models(...wanted.map(([each, those]) => model(each, ...those)));
        const added = addToYaml(source, list, (each) => each);
        const after = added.text ?? source.text;
        let at = 0;
        const lines = source.text.replace(/\n$/, '').split('\n');
        for (const line of after.split('\n'))
          if (at < lines.length && (line === lines[at] || (line.startsWith((lines[at] ?? '').replace(/\]$/, '')) && line.endsWith(']'))))
            at += 1;
        expect(at).toBe(lines.length);
        // What is not refused is there afterwards, and another time adds nothing.
        if (added.refused.length > 0) return;
        const read = JSON.stringify(
          toYamlValue(parseYaml({ path: 'm.yaml', text: after }).value ?? { kind: 'map', entries: [], start: 0, end: 0 }),
        );
        for (const [each, those] of wanted) for (const one of [each, ...those]) expect(read).toContain(JSON.stringify(one));
        expect(addToYaml({ path: 'm.yaml', text: after }, list, (each) => each).text).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('text in YAML', () => {
  it('reads back as it was', () => {
    for (const plain of ['id', 'order_id', 'numeric(16, 2)', 'timestamp with time zone', 'ü']) expect(yamlText(plain)).toBe(plain);
    for (const quoted of ['yes', 'null', 'n', '1', '2024-01-01', 'a: b', '# x', 'a #b', '', ' a', 'a ', '- a', "enum('a')", 'a\nb', '*a'])
      expect(yamlText(quoted)).toBe(JSON.stringify(quoted));
  });
});
