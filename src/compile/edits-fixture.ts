/** Random projects, and random edits of them, for tests that compare a compile that knows of earlier ones with one that does not. */
import * as fc from 'fast-check';

/** A file that an edit writes; without content it is removed. */
export interface Edit {
  readonly path: string;
  readonly content: string | undefined;
}

export const editedProjectYaml = `name: shop
targets:
  dev: { type: duckdb, path: warehouse.duckdb, schema: main }
vars: { least: 3, is_default: 'true' }
models:
  +tags: [all]
  a: { +meta: { owner: ann } }
  b: { +tests: { severity: warn, meta: { owner: bob } } }
  c: { +schema: elsewhere }
tests: { a: { +severity: warn } }
on_run_start: 'select count(*) from {{ref "s0"}}'
`;

const modelNames = ['m0', 'm1', 'm2', 'm3', 'm4', 'n0', 'v'] as const;
const nodeNames = [...modelNames, 's0', 's1', 'gone'] as const;
const node = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('m0', 'm1', 'm2', 'm3', 's0') },
  { weight: 2, arbitrary: fc.constant('v') },
  { weight: 1, arbitrary: fc.constantFrom(...nodeNames) },
);
const model = fc.constantFrom(...modelNames);

const config = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'materialized="table"',
      'materialized="ephemeral"',
      'materialized="ephemeral"',
      'materialized="incremental"',
      'materialized="incremental" unique_key="id" merge_update_columns=(array "id")',
      'materialized="incremental" unique_key="id" incremental_predicates=(array "id > 1")',
      'materialized="incremental" unique_key="id" sequence_by="at" delete_when="id > 1"',
      'materialized="incremental" incremental_strategy="insert_overwrite" partition_by="id"',
      'materialized="incremental" incremental_strategy="insert_overwrite" partition_by="id" partition_granularity="value"',
      'materialized="external"',
      'materialized="incremental" incremental_strategy="time_interval" time_column="at" begin="2024-01-01" concurrent_batches=true',
      'materialized="external" location="exports/x.csv" partition_by="id" options=(object "header" false)',
      'schema="other"',
      'tags=(array "x" "y")',
      'materialized=(kind)',
      'meta=(object "n" (var "least"))',
      'tests=(object severity="warn" tags=(array "t"))',
      'group="g0"',
      'access="private"',
      'access="private" group="g0"',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom('enabled=false', 'alias="shared"', 'schema="_tx"', 'unknown=1') },
);

const body = fc.oneof(
  fc.constant('select 1 as id'),
  node.map((name) => `select * from {{ref "${name}"}}`),
  fc
    .constantFrom('h0', 'h1')
    .map((name) => `select * from {{ref "${name}"}} join ({{as_of (ref "${name}") "2026-01-01"}}) as x using (id)`),
  fc.tuple(node, node).map(([a, b]) => `select * from {{ref "${a}"}} join {{ref "${b}"}} using (id)`),
  fc.tuple(node, node).map(([a, b]) => `with x as (select 1)\nselect * from {{ref "${a}"}}, {{ref "${b}"}}, x`),
  node.map((name) => `select {{star (ref "${name}") except=(array "id")}} from {{ref "${name}"}}`),
  fc.tuple(node, node).map(([a, b]) => `{{union_relations (array (ref "${a}") (ref "${b}"))}}`),
  fc.tuple(node, node).map(([a, b]) => `select {{#each (columns (ref "${a}")) as |c|}}{{c}}, {{/each}}1 from {{ref "${b}"}}`),
  fc.constantFrom(1, 2, 3).map((v) => `select * from {{ref "v" v=${v}}}`),
  fc.constantFrom('orders', 'items').map((table) => `select * from {{source "web" "${table}"}}`),
  fc.constantFrom(
    'select {{wrap "a"}} as a',
    'select {{upper "a"}} as a',
    'select {{#framed "b"}}c{{/framed}} as b',
    '{{set "upper" "x"}}select {{upper}} as a',
    'select {{twice 2}} as two',
    'select {{twice (twice 3)}} as two, {{tell}} as told',
    'select {{var "least"}} as n, {{target.schema}} as s',
    'select {{json (var "most" default=2)}} as most',
    'select {{json (var "most")}} as most, {{reads "most"}} as r',
    'select {{reads "least"}} as r, {{names}} as n',
    '{{#if is_incremental}}select * from {{this}}{{else}}select 1 as id{{/if}}',
    'select {{unknown}}',
    'select {{#if',
    'delete from x',
    '',
  ),
  model.map((name) => `select {{literals (accepted_values (ref "${name}") "status")}} as status`),
);

const modelText = fc
  .tuple(fc.constantFrom('', '-- a comment\n'), config, body)
  .map(([comment, given, sql]) => `${comment}${given === '' ? '' : `{{config ${given}}}\n`}${sql}\n`);

const check = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'not_null',
      'unique',
      'accepted_values: { values: [a, b] }',
      'accepted_values: { values: [c] }',
      'not_null: { severity: warn, where: "id > {{var \'least\'}}" }',
      'unique: { config: { enabled: false } }',
      'unique: { on_fail: quarantine, keep: { last: id } }',
      'at_most: { most: 3 }',
      'at_most: { most: 4, where: id > 1 }',
    ),
  },
  { weight: 1, arbitrary: fc.constant('nothing_known') },
  { weight: 6, arbitrary: fc.constantFrom('m0', 'm1', 'm2', 'm3', 's0').map((name) => `relationships: { to: ref('${name}'), field: id }`) },
  node.map((name) => `relationships: { to: ref('${name}'), field: id }`),
);

const description = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('', 'plain', 'see {{doc "d1"}}', 'see {{doc "d2"}} and {{doc "d1"}}') },
  { weight: 1, arbitrary: fc.constant('{{doc "nowhere"}}') },
);

/** Promises of the table of a model, as they stand beside its columns. */
const promises = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('{ type: unique, columns: id }', `{ type: check, name: c, expression: 'id > {{var "least"}}' }`),
  },
  node.map((name) => `{ type: foreign_key, columns: [id], to: ref('${name}'), to_columns: [id] }`),
);

/** How old rows may be, as config. */
const age = "freshness: { warn_after: { count: 1, period: day }, filter: 'at > {{wrap 2}}' }, loaded_at_field: '{{wrap 1}}'";

const settings = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      '',
      'schema: other',
      'quarantine: { schema: held, max_ratio: 2% }',
      'group: g1',
      age,
      'access: private, group: g1',
      'post_hook: "select {{wrap 1}}"',
      'tests: { where: "id > {{var \'least\'}}", tags: [t], store_failures: ~ }',
      'tests: { store_failures: true, schema: kept }',
      'tests: { enabled: false }',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'enabled: false',
      'alias: shared',
      'materialized: table',
      'materialized: table, contract: { enforced: true }',
    ),
  },
);

const testDefinitions = fc.constantFrom(
  '{{#test "at_most" "model" "column" "most"}}select * from {{model}} where {{column}} > {{most}}{{/test}}\n',
  '{{#test "at_most" "model" "column" "most"}}select * from {{model}} where {{wrap column}} > {{var "least"}} + {{most}}{{/test}}\n',
  '{{#test "at_most" "model" "column" most=2}}select * from {{ref "m0"}} join {{model}} using (id) where {{most}} < 9{{/test}}\n',
  '{{#test "other" "model"}}select * from {{model}}{{/test}}\n',
);

const checks = fc.uniqueArray(check, { maxLength: 3, selector: (each) => each.split(':')[0] });

const entry = (name: string): fc.Arbitrary<string> =>
  fc.tuple(description, checks, settings, promises).map(([told, tests, given, promised]) => {
    const list = tests.map((each) => `          - ${each}\n`).join('');
    const columns = `    columns:\n      - name: status\n        description: '${told}'\n${list === '' ? '' : `        tests:\n${list}`}`;
    const constraints = promised === '' ? '' : `    constraints: [${promised}]\n`;
    return `  - name: ${name}\n    description: '${told}'\n${given === '' ? '' : `    config: { ${given} }\n`}${constraints}${columns}`;
  });

/** A model with versions, of which the newest may stand in a file that has the name of the model alone. */
const versions = fc
  .tuple(description, fc.subarray([1, 2, 3], { minLength: 1 }), fc.constantFrom('', ', defined_in: v', ', defined_in: w'), fc.boolean())
  .map(([told, numbers, file, isFirst]) => {
    const own = (v: number): string => (isFirst ? `, config: { tests: { tags: [v${v}] } }` : '');
    const list = numbers.map((v, at) => `      - { v: ${v}${at === numbers.length - 1 ? file : ''}${own(v)} }\n`).join('');
    const latest = isFirst ? `    latest_version: ${numbers[0] ?? 1}\n` : '';
    return `models:\n  - name: v\n    description: '${told}'\n${latest}    config: { tests: { tags: [v] } }\n    tests: [unique: { column_name: id }]\n    versions:\n${list}`;
  });

const group = fc
  .tuple(fc.constantFrom('g0', 'g1'), fc.constantFrom('ann', 'bob'))
  .map(([name, owner]) => `groups:\n  - name: ${name}\n    owner: { name: ${owner} }\n`);

const used = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("ref('m0')", "ref('m2')", "ref('v')", "ref('v', v=1)", "source('web', 'orders')", 'ref("s0")') },
  { weight: 1, arbitrary: node.map((name) => `ref('${name}')`) },
);

const exposure = fc
  .tuple(
    fc.constantFrom('e0', 'e1'),
    description,
    fc.uniqueArray(used, { maxLength: 3 }),
    fc.constantFrom('', '    config: { enabled: false }\n'),
  )
  .map(([name, told, list, given]) => {
    const lines = list.map((each) => `      - ${each}\n`).join('');
    const uses = lines === '' ? '' : `    depends_on:\n${lines}`;
    return `exposures:\n  - name: ${name}\n    type: dashboard\n    owner: { name: ann }\n    description: '${told}'\n${given}${uses}`;
  });

const unitTest = fc
  .tuple(
    fc.constantFrom('u0', 'u1'),
    model,
    used,
    fc.constantFrom(
      'rows: [{ id: 1, status: null }, { id: 2 }]',
      'fixture: f0',
      'fixture: more/f1.sql',
      'format: csv\n        rows: "id\\n1\\n"',
    ),
    fc.constantFrom(
      '',
      '    config: { enabled: false }\n',
      '    tags: [all]\n',
      '    overrides: { macros: { is_incremental: true, kind: view }, vars: { least: 1.50 } }\n',
    ),
  )
  .map(
    ([name, tested, input, rows, given]) =>
      `unit_tests:\n  - name: ${name}\n    model: ${tested}\n    given:\n      - input: ${input}\n        ${rows}\n    expect: { rows: [{ id: 1 }] }\n${given}`,
  );

const fixtureRows = fc.constantFrom('id\n1\n', 'id\n2\n', 'id,status\n1\n');

const selector = fc
  .tuple(
    fc.constantFrom('x0', 'x1'),
    fc.constantFrom('', 'true', 'false', '"{{var \'is_default\'}}"', '"{{is_main}}"'),
    fc.constantFrom('m0+', 'tag:all', 'v'),
  )
  .map(([name, isDefault, definition]) => {
    const line = isDefault === '' ? '' : `    default: ${isDefault}\n`;
    return `selectors:\n  - name: ${name}\n${line}    definition: '${definition}'\n`;
  });

/** Histories, with all that a node may say of itself; of some the config is not enough. */
const snapshots = fc
  .tuple(
    fc.subarray(['h0', 'h1', 'm4']),
    description,
    used,
    checks,
    fc.constantFrom(
      'strategy: check, unique_key: id, check_cols: all',
      `strategy: check, unique_key: id, check_cols: all, ${age}`,
      'strategy: timestamp, unique_key: [id, status], updated_at: at, hard_deletes: new_record, group: g0',
      'strategy: check, unique_key: id, check_cols: [status], schema: other, tests: { on_fail: quarantine }, post_hook: "select {{wrap 1}} from {{this}}"',
      'strategy: check, unique_key: id, check_cols: all, enabled: false',
      'strategy: timestamp, unique_key: id',
    ),
  )
  .map(([names, told, relation, tests, given]) => {
    const list = tests.map((each) => `          - ${each}\n`).join('');
    const columns = list === '' ? '' : `    columns:\n      - name: status\n        description: '${told}'\n        tests:\n${list}`;
    const entries = names.map(
      (name) => `  - name: ${name}\n    relation: ${relation}\n    description: '${told}'\n    config: { ${given} }\n${columns}`,
    );
    return entries.length === 0 ? '' : `snapshots:\n${entries.join('')}`;
  });

/** Variables that project.yaml may set too, and that templates may read. */
const variables = fc
  .subarray(['least', 'most', 'is_default'])
  .chain((names) => fc.tuple(...names.map((name) => fc.constantFrom('1', "'true'", '[a, b]', '~').map((value) => `  ${name}: ${value}\n`))))
  .map((lines) => (lines.length === 0 ? '' : `vars:\n${lines.join('')}`));

const macroNotes = fc
  .tuple(fc.constantFrom('wrap', 'kind', 'twice', 'gone'), description)
  .map(([name, told]) => `macros:\n  - name: ${name}\n    description: '${told}'\n`);

/** Parts of a property file that are often missing. */
const declarations = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => fc.oneof({ weight: 2, arbitrary: part }, { weight: 1, arbitrary: fc.constant('') })))
    .map((texts) => texts.join(''));

const sources = fc
  .tuple(fc.constantFrom('raw', 'main', 'other'), fc.subarray(['orders', 'items', 'm1']), fc.boolean())
  .map(([schema, tables, isOff]) => {
    const list = tables.map(
      (table) =>
        `      - name: ${table}\n        config: { enabled: ${!isOff}, freshness: { warn_after: { count: 1, period: day } }, loaded_at_field: '{{wrap 1}}', event_time: '{{wrap 2}}', tests: { tags: [${table}] } }\n        tests: [not_null: { column_name: id }]\n`,
    );
    return list.length === 0
      ? ''
      : `sources:\n  - name: web\n    schema: ${schema}\n    config: { tests: { tags: [web], limit: 1e0 } }\n    tables:\n${list.join('')}`;
  });

/** A property file that describes some of these, and declares the sources if it is the one to do so. */
const propertiesText = (kind: 'models' | 'seeds', names: readonly string[], declared: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .subarray([...names])
    .chain((some) => fc.tuple(fc.tuple(...some.map(entry)), declared, fc.constantFrom('', '# more\n')))
    .map(([entries, more, comment]) => `${comment}version: 2\n${entries.length === 0 ? '' : `${kind}:\n${entries.join('')}`}${more}`);

const nothing = fc.constant('');

/** One of the forms of each macro, or none. */
const macroText = (forms: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('', '{{!-- a comment --}}\n'), ...Object.values(forms).map((each) => fc.constantFrom(...each, '')))
    .map((parts) => `${parts.join('\n')}\n`);

const usualMacros = macroText({
  wrap: [
    '{{#macro "wrap" "c"}}w1({{c}}){{/macro}}',
    '{{#macro "wrap" "c"}}w2({{inner c}}){{/macro}}',
    '{{#macro "wrap" "c" "d"}}w4({{c}}, {{d}}){{/macro}}',
  ],
  wrapHere: ['{{#macro "wrap" "c" engine="duckdb"}}w3({{c}}){{/macro}}'],
  inner: ['{{#macro "inner" "c"}}i({{upper c}}){{/macro}}', '{{#macro "inner" "c" n=(var "least")}}i({{c}}, {{n}}){{/macro}}'],
});

const otherMacros = macroText({
  framed: ['{{#macro "framed" "c"}}[{{c}}: {{yield}}]{{/macro}}', '{{#macro "framed" "c"}}[{{c}}: {{yield}} {{yield}}]{{/macro}}'],
  kind: ['{{#macro "kind"}}view{{/macro}}', '{{#macro "kind"}}ephemeral{{/macro}}', '{{#macro "kind"}}table{{/macro}}'],
  isMain: ['{{#macro "is_main"}}true{{/macro}}', '{{#macro "is_main"}}false{{/macro}}'],
  upper: ['{{#macro "upper" "c"}}up({{c}}){{/macro}}'],
});

const wrongMacros = fc.constantFrom(
  '{{#macro "wrap" "c"}}w5({{c}}){{/macro}}\n',
  '{{#macro "twice" "c"}}2 * {{c}}{{/macro}}\n',
  '{{#macro "other" engine="serverdb"}}o{{/macro}}\n',
  '{{#macro "half" "c"}}{{c}}',
);

type Exports = Readonly<Record<string, unknown>>;

interface Extra {
  readonly vars: Readonly<Record<string, unknown>>;
}

/** The JavaScript that edits write, and what it exports. */
const scripts: ReadonlyMap<string, Exports> = new Map<string, Exports>([
  ['export function twice(a) { return a * 2; }\n', { twice: (a: number) => a * 2 }],
  ['export function twice(a) { return `${a}${a}`; }\n', { twice: (a: number) => `${a}${a}` }],
  ['export function twice(a) { return a > 0 ? new Date(0).getTime() + a + a : a; }\n', { twice: (a: number) => a + a }],
  ['export function tell() { return "told"; }\n', { tell: () => 'told' }],
  ['export function tell() { return 1; }\nexport function upper(a) { return a; }\n', { tell: () => 1, upper: (a: string) => a }],
  [
    'export function tell() { throw new Error("no"); }\n',
    {
      tell: () => {
        throw new Error('no');
      },
    },
  ],
  ['export default 1;\n', { default: 1 }],
  [
    'export function reads(name, { vars }) { return String(vars[name]); }\nexport function names({ vars }) { return Object.keys(vars).join(); }\n',
    { reads: (name: string, { vars }: Extra) => String(vars[name]), names: ({ vars }: Extra) => Object.keys(vars).join(',') },
  ],
]);

/** The exports of a JavaScript file with this text. */
export function exportsOf(text: string): Exports {
  return scripts.get(text) ?? {};
}

const docsText = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .subarray([...names])
    .chain((some) => fc.tuple(...some.map((name) => fc.constantFrom('one', 'two').map((text) => `{{#docs "${name}"}}${text}{{/docs}}\n`))))
    .map((blocks) => `# notes\n${blocks.join('')}`);

const testText = fc.oneof(
  body,
  fc.constantFrom('{{config severity="warn"}}select 1', '{{config enabled=false}}select 1', 'select {{this}}'),
);

const scriptTexts = [...scripts.keys()];

/** Files that people have, and what they write into them. */
const usual: readonly (readonly [string, fc.Arbitrary<string>])[] = [
  ...['models/a/m0.sql', 'models/a/m1.sql', 'models/a/m2.sql', 'models/b/m3.sql', 'models/b/m4.sql', 'models/b/n0.sql'].map(
    (path) => [path, modelText] as const,
  ),
  ['models/a/p.yaml', propertiesText('models', ['m0', 'm1', 'm2'], nothing)],
  ['models/b/p.yaml', propertiesText('models', ['m3', 'n0'], sources)],
  ['models/v/v.sql', modelText],
  ['models/v/v_v1.sql', modelText],
  ['models/v/v_v2.sql', modelText],
  ['models/v/w.sql', modelText],
  ['models/v/v.yaml', declarations(versions, macroNotes)],
  ['models/g.yaml', declarations(group, exposure)],
  ['models/u.yaml', declarations(unitTest)],
  ['tests/fixtures/f0.csv', fixtureRows],
  ['tests/fixtures/more/f1.sql', fc.constantFrom('select 1 as id', 'select 2 as id')],
  ['models/x.yaml', declarations(selector, exposure, variables)],
  ['snapshots/h.yaml', declarations(snapshots)],
  ['seeds/s.yaml', propertiesText('seeds', ['s0', 's1'], nothing)],
  ['seeds/s1.csv', fc.constant('id\n1\n')],
  ['macros/one.sql', usualMacros],
  ['macros/two.sql', otherMacros],
  ['macros/one.js', fc.constantFrom(...scriptTexts.slice(0, 3))],
  ['macros/two.js', fc.constantFrom(...scriptTexts.slice(3, 6))],
  ['macros/vars.js', fc.constant(scriptTexts[7] ?? '')],
  ['docs/d.md', docsText(['d1', 'd2'])],
  ['docs/e.md', docsText(['d3'])],
  ['tests/t0.sql', testText],
  ['tests/a/t1.sql', testText],
  ['tests/own.sql', testDefinitions],
];

/** Files that get in the way of others. */
const unusual: readonly (readonly [string, fc.Arbitrary<string>])[] = [
  ['models/b/m0.sql', modelText],
  ['models/a/M1.sql', modelText],
  ['models/q.yml', propertiesText('models', ['m0', 'm4', 'gone'], sources)],
  ['models/y.yaml', declarations(group, exposure, selector, macroNotes, versions, variables)],
  ['models/z.yaml', declarations(unitTest, exposure)],
  ['seeds/s0.csv', fc.constant('id\n2\n')],
  ['seeds/more/s1.csv', fc.constant('id\n1\n')],
  ['seeds/m4.csv', fc.constant('id\n1\n')],
  ['macros/two.sql', wrongMacros],
  ['macros/two.js', fc.constantFrom(...scriptTexts)],
  ['docs/e.md', docsText(['d1', 'd3'])],
  ['tests/a/t0.sql', testText],
];

const writeOf = ([path, content]: readonly [string, fc.Arbitrary<string>]): fc.Arbitrary<Edit> =>
  content.map((text) => ({ path, content: text }));
const removalOf = ([path]: readonly [string, unknown]): Edit => ({ path, content: undefined });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 24, arbitrary: fc.oneof(...usual.map(writeOf)) },
  { weight: 3, arbitrary: fc.constantFrom(...usual.map(removalOf)) },
  { weight: 2, arbitrary: fc.oneof(...unusual.map(writeOf)) },
  // What gets in the way is soon taken away.
  { weight: 6, arbitrary: fc.constantFrom(...unusual.map(removalOf).filter(({ path }) => path !== 'seeds/s0.csv')) },
);

/** A project in which everything above has its counterpart. */
export const soundProject: Readonly<Record<string, string>> = {
  'models/a/m0.sql': 'select 1 as id, {{upper "a"}} as status\n',
  'models/a/m1.sql': '{{config materialized="ephemeral"}}\nselect * from {{ref "m0"}}\n',
  'models/a/m2.sql': 'select * from {{ref "m1"}} join {{source "web" "orders"}} using (id)\n',
  'models/b/m3.sql': '{{config materialized=(kind)}}\nselect {{wrap "id"}} as id, {{twice 2}} as two from {{ref "m2"}}\n',
  'models/b/n0.sql': 'select {{literals (accepted_values (ref "m0") "status")}} as status, {{tell}} as told\n',
  'models/a/p.yaml': `models:
  - name: m0
    description: 'see {{doc "d1"}}'
    columns:
      - name: status
        tests:
          - accepted_values: { values: [a, b] }
  - name: m1
    columns:
      - name: status
        description: '{{doc "d2"}}'
        tests: [not_null]
`,
  'models/b/p.yaml': `models:
  - name: m3
    columns:
      - name: status
        tests:
          - relationships: { to: ref('m1'), field: id }
sources:
  - name: web
    schema: raw
    tables: [{ name: orders }, { name: items }]
`,
  'seeds/s.yaml': 'seeds:\n  - name: s0\n    columns: [{ name: id, tests: [unique] }]\n',
  'seeds/s0.csv': 'id\n1\n',
  'macros/one.sql': '{{#macro "wrap" "c"}}w1({{c}}){{/macro}}\n{{#macro "inner" "c"}}i({{c}}){{/macro}}\n',
  'macros/two.sql':
    '{{#macro "framed" "c"}}[{{c}}: {{yield}}]{{/macro}}\n{{#macro "kind"}}view{{/macro}}\n{{#macro "is_main"}}true{{/macro}}\n',
  'macros/one.js': [...scripts.keys()][0] ?? '',
  'macros/two.js': [...scripts.keys()][3] ?? '',
  'macros/vars.js': [...scripts.keys()][7] ?? '',
  'docs/d.md': '{{#docs "d1"}}one{{/docs}}\n{{#docs "d2"}}two{{/docs}}\n',
  'tests/t0.sql': 'select * from {{ref "m3"}}\n',
  'models/v/v.sql': 'select 2 as id\n',
  'models/v/v_v1.sql': '{{config access="private" group="g0"}}select 1 as id\n',
  'models/v/w.sql': '{{config group="g0"}}select * from {{ref "v" v=1}} join {{ref "v"}} using (id)\n',
  'models/v/v.yaml':
    'models:\n  - name: v\n    versions: [{ v: 1 }, { v: 2 }]\nmacros:\n  - name: wrap\n    description: \'{{doc "d1"}}\'\n',
  'models/g.yaml': 'groups:\n  - name: g0\n    owner: { name: ann }\n',
  'snapshots/h.yaml': `snapshots:
  - name: h0
    relation: ref('m1')
    description: 'see {{doc "d1"}}'
    config: { strategy: check, unique_key: id, check_cols: all, hard_deletes: new_record, post_hook: "select {{wrap 1}}" }
    columns: [{ name: id, tests: [not_null] }]
  - name: h1
    relation: source('web', 'items')
    config: { strategy: timestamp, unique_key: [id], updated_at: at }
`,
  'models/b/h.sql': 'select id from ({{as_of (ref "h0") run.started_at}}) as h\n',
  'models/u.yaml': `unit_tests:
  - name: u0
    model: m1
    given:
      - { input: ref('m0'), fixture: f0 }
      - { input: this, rows: [{ id: 1 }] }
    expect: { rows: [{ id: 1 }] }
`,
  'tests/fixtures/f0.csv': 'id\n1\n',
  'models/x.yaml': `exposures:
  - name: e0
    type: dashboard
    owner: { name: ann }
    depends_on:
      - ref('v')
      - source('web', 'items')
selectors:
  - name: x0
    default: "{{is_main}}"
    definition: m0+
`,
};

/** What somebody does to that project between one command and the next, several times. */
export const editSequences: fc.Arbitrary<readonly (readonly Edit[])[]> = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 12,
});
