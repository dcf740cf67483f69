import { describe, expect, it } from 'vitest';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { RawConfig } from './definitions.ts';
import { findDuplicateProperties, findSameColumns } from './duplicate-properties.ts';
import { parseProperties } from './properties.ts';

const path = 'models/p.yaml';

function parse(text: string): ReturnType<typeof parseProperties> {
  return parseProperties({ kind: 'properties', path, base: 'models', text });
}

function told(text: string): readonly string[] {
  return parse(text).diagnostics.map((entry) => {
    const { line, column } = positionAt(text, entry.span?.start ?? -1);
    return `${line}:${column} ${entry.message}`;
  });
}

function plain(config: RawConfig | undefined): object {
  return Object.fromEntries(Object.entries(config ?? {}).map(([key, entry]) => [key, entry.value]));
}

describe('parseProperties', () => {
  it('reads variables, which stand at the top and nowhere else', () => {
    const { value, diagnostics } = parse('vars: { a: 1.50, b: [x] }\nmodels: [{ name: m, vars: { c: 1 } }]\n');
    expect(value.vars).toEqual([
      { name: 'a', span: expect.objectContaining({ start: 8, end: 9 }) as unknown, value: { yamlNumber: 1.5, text: '1.50' } },
      { name: 'b', span: expect.objectContaining({ start: 17, end: 18 }) as unknown, value: ['x'] },
    ]);
    expect(diagnostics.map(({ code, help }) => [code, help])).toEqual([
      ['unknown-key', 'variables stand under `vars:` of project.yaml, of a target in it, or at the top of a property file'],
    ]);
  });

  it('tells of columns that an engine takes for the same, where it does', () => {
    const text = `models:
  - { name: m, columns: [{ name: id }, { name: Id }, { name: other }, { name: ID }] }
seeds: [{ name: s, columns: [{ name: Straße }, { name: straße }] }]
`;
    const { value, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(findSameColumns([value], (name) => name)).toEqual([]);
    expect(findSameColumns([value], (name) => name.toLowerCase()).map(({ message, notes }) => [message, notes[0]?.message])).toEqual([
      ['column `Id` is described twice in `models/p.yaml`', 'it is the same as `id`, for letters of either case are one in names'],
      ['column `ID` is described twice in `models/p.yaml`', 'it is the same as `id`, for letters of either case are one in names'],
      ['column `straße` is described twice in `models/p.yaml`', 'it is the same as `Straße`, for letters of either case are one in names'],
    ]);
  });

  it('reads models and seeds with columns, config and tests', () => {
    const text = `version: 2
models:
  - name: orders
    description: All orders
    config: {materialized: table, strategy: append}
    tags: daily
    columns:
      - name: id
        type: bigint
        tests: [unique, not_null]
      - name: email
        description: Their mail
        pii: email
        quote: true
        meta: {owner: me}
        tags: [a]
seeds:
  - name: cities
    config:
      column_types: {id: int}
`;
    const { value, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    const [orders] = value.models;
    expect(orders).toMatchObject({ name: 'orders', description: 'All orders', path, span: { path, start: 29, end: 35 } });
    expect(plain(orders?.config)).toEqual({ materialized: 'table', incremental_strategy: 'append', tags: 'daily' });
    expect(orders?.columns).toMatchObject([
      {
        name: 'id',
        dataType: 'bigint',
        description: '',
        tests: [
          { check: 'unique', column: 'id' },
          { check: 'not_null', column: 'id' },
        ],
        meta: {},
        tags: [],
      },
      { name: 'email', description: 'Their mail', pii: 'email', tests: [], meta: { owner: 'me' }, tags: ['a'] },
    ]);
    expect(plain(value.seeds[0]?.config)).toEqual({ column_types: { id: 'int' } });
    const unique = orders?.columns[0]?.tests[0]?.checkSpan;
    expect(text.slice(unique?.start, unique?.end)).toBe('unique');
  });

  it('reads test arguments and config, direct or under their own key', () => {
    const { value, diagnostics } = parse(`models:
  - name: m
    data_tests:
      - dbt_utils.accepted_range:
          min_value: 0
          where: x > 1
          severity: warn
          name: in_range
          description: Not below zero
      - relationships:
          arguments: {to: ref('customers'), field: id, name: odd}
          config: {warn_if: "> 10", tags: [slow]}
      - row_count:
`);
    expect(diagnostics).toEqual([]);
    const tests = value.models[0]?.tests ?? [];
    expect(tests.map((test) => [test.check, plain(test.args), plain(test.config), test.name?.value, test.description])).toEqual([
      ['dbt_utils.accepted_range', { min_value: 0 }, { where: 'x > 1', severity: 'warn' }, 'in_range', 'Not below zero'],
      ['relationships', { to: "ref('customers')", field: 'id', name: 'odd' }, { warn_if: '> 10', tags: ['slow'] }, undefined, undefined],
      ['row_count', {}, {}, undefined, undefined],
    ]);
  });

  it('lets tables inherit from their source', () => {
    const { value, diagnostics } = parse(`sources:
  - name: raw
    schema: landing
    description: Files
    tags: [raw]
    meta: {owner: ops, tier: 1}
    loader: cron
    config: {enabled: false}
    tests: [not_empty]
    external: data/{name}/*.csv
    tables:
      - name: orders
        identifier: orders_v2
        description: One row each
        tags: big
        config: {enabled: true, meta: {tier: 2}}
        external: {location: "data/{identifier}.parquet", format: parquet, options: {hive: true}}
        columns: [{name: id}]
        tests: [unique]
      - name: users
`);
    expect(diagnostics).toEqual([]);
    const [raw] = value.sources;
    const [orders, users] = raw?.tables ?? [];
    expect(raw).toMatchObject({ name: 'raw', schema: 'landing', description: 'Files' });
    expect(orders).toMatchObject({
      name: 'orders',
      identifier: 'orders_v2',
      description: 'One row each',
      loader: 'cron',
      meta: { owner: 'ops', tier: 2 },
      tags: ['raw', 'big'],
      tests: [{ check: 'not_empty' }, { check: 'unique' }],
      columns: [{ name: 'id' }],
      external: { value: { location: 'data/orders_v2.parquet', format: 'parquet', options: { hive: true } } },
    });
    expect(plain(orders?.config)).toEqual({ enabled: true, tags: ['raw', 'big'], meta: { owner: 'ops', tier: 2 } });
    expect(users).toMatchObject({ identifier: 'users', external: { value: { location: 'data/users/*.csv', options: {} } }, tags: ['raw'] });
    expect(plain(users?.config)).toEqual({ enabled: false, tags: ['raw'], meta: { owner: 'ops', tier: 1 } });
  });

  it('reads macros, and nothing from an empty file', () => {
    expect(parse('macros:\n  - {name: cents, description: Money}\n').value.macros).toMatchObject([{ name: 'cents', description: 'Money' }]);
    expect(parse('').value).toMatchObject({ models: [], seeds: [], sources: [], macros: [] });
    expect(parse('models:\n').diagnostics).toEqual([]);
  });

  it('suggests the nearest key for an unknown one', () => {
    const text =
      'modles: []\nmodels:\n  - name: a\n    descripton: x\n    config: {materialised: view}\n    columns:\n      - name: id\n        test: [unique]\n';
    expect(told(text)).toEqual([
      '1:1 unknown key `modles` in `models/p.yaml`',
      '4:5 unknown key `descripton` in `a`',
      '5:14 unknown key `materialised` in `config`',
      '8:9 unknown key `test` in `id`',
    ]);
    expect(parse(text).diagnostics.map((entry) => entry.help)).toEqual([
      'did you mean `models`?',
      'did you mean `description`?',
      'did you mean `materialized`?',
      'did you mean `tests`?',
    ]);
  });

  it('says what a value must be, and keeps the rest', () => {
    const text =
      'models:\n  - name: 2024\n  - description: no name\n  - name: ok\n    columns: {a: b}\n    config: {enabled: maybe, alias: x}\n    tests: [{unique: , not_null: }, 3, {where: [1]}]\n  - text\n';
    expect(told(text)).toEqual([
      '2:11 `name` must be a name, not `2024`',
      '3:5 an entry of `models` has no `name`',
      '5:14 `columns` must be a list of columns, not a mapping',
      '6:23 `enabled` must be `true` or `false`, not `maybe`',
      '7:13 `tests` must be the name of a check, or one `name: {arguments}`, not a mapping',
      '7:37 `tests` must be the name of a check, or one `name: {arguments}`, not `3`',
      '7:48 `where` must be a mapping of arguments, not a list',
      '8:5 `models` must be a model: a mapping with a `name`, not `text`',
    ]);
    const { value } = parse(text);
    expect(value.models.map((model) => [model.name, plain(model.config)])).toEqual([['ok', { alias: 'x' }]]);
  });

  it('refuses the same thing said twice', () => {
    const text =
      'models:\n  - name: a\n    tests: [unique]\n    data_tests: [unique]\n    group: x\n    config: {group: y, pre_hook: a, pre-hook: b}\n    columns:\n      - {name: id, type: int, data_type: int}\n      - {name: id}\n';
    expect(told(text)).toEqual([
      '6:14 `group` and `config.group` say the same thing, and both are given here',
      '6:37 `config.pre_hook` and `config.pre-hook` say the same thing, and both are given here',
      '8:20 `data_type` and `type` say the same thing, and both are given here',
      '9:16 column `id` is described twice in `models/p.yaml`',
      '4:5 `tests` and `data_tests` say the same thing, and both are given here',
    ]);
    expect(told('models:\n  - name: a\n    tests: [{equals: {value: 1, arguments: {value: 2}, where: a, config: {where: b}}}]\n')).toEqual([
      '3:45 `value` and `arguments.value` say the same thing, and both are given here',
      '3:75 `where` and `config.where` say the same thing, and both are given here',
    ]);
  });

  it('adds up tags and meta beside config and in it', () => {
    const both = 'tags: x\n    meta: {a: 1, b: 1}\n    config: {tags: [y, z], meta: {b: 2, c: 3}}\n';
    expect(told(`models:\n  - name: a\n    ${both}`)).toEqual([]);
    const { value } = parse(`models:\n  - name: a\n    ${both}sources:\n  - name: s\n    ${both}    tables: [{name: t}]\n`);
    const sum = { tags: ['x', 'y', 'z'], meta: { a: 1, b: 2, c: 3 } };
    expect(value.models.map((model) => plain(model.config))).toEqual([sum]);
    expect(value.sources).toMatchObject([{ meta: sum.meta, tables: [{ name: 't', tags: sum.tags }] }]);
  });

  it('reports broken YAML and goes on with nothing', () => {
    const { value, diagnostics } = parse('models:\n\t- name: a\n');
    expect(hasErrors(diagnostics)).toBe(true);
    expect(value.models).toEqual([]);
  });
});

describe('findDuplicateProperties', () => {
  it('names both files, once for each further entry', () => {
    const first = parseProperties({
      kind: 'properties',
      path: 'models/a.yaml',
      base: 'models',
      text: 'models: [{name: x}, {name: y}]\nsources: [{name: s, tables: [{name: t}, {name: t}]}]\n',
    });
    const second = parseProperties({
      kind: 'properties',
      path: 'models/b.yaml',
      base: 'models',
      text: 'models: [{name: x}]\nseeds: [{name: y}]\n',
    });
    expect(findDuplicateProperties([first.value, second.value]).map((entry) => entry.message)).toEqual([
      'source table `s.t` is described twice in `models/a.yaml`',
      'model `x` is described in `models/a.yaml` and in `models/b.yaml`',
    ]);
  });
});
