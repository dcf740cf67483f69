import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderSchemas } from '../../scripts/render-schemas.ts';
import { engines } from '../../src/cli/engines.ts';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { parseProperties } from '../../src/parse/properties.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { memoryFiles } from '../../src/project/memory-files.ts';
import type { YamlValue } from '../../src/project/project.ts';
import { parseYaml } from '../../src/project/yaml/parse-yaml.ts';
import { isYamlNumber, toYamlValue } from '../../src/project/yaml/yaml-node.ts';

const schemas = renderSchemas();
const ajv = new Ajv({ strict: false });
const acceptsProject = ajv.compile(JSON.parse(schemas['project.schema.json'] ?? ''));
const acceptsProperties = ajv.compile(JSON.parse(schemas['properties.schema.json'] ?? ''));

/** What an editor sees: plain JSON, spelling of numbers lost. */
function asJson(text: string): unknown {
  const node = parseYaml({ path: 'a.yaml', text }).value;
  const strip = (value: YamlValue): unknown => {
    if (isYamlNumber(value)) return value.yamlNumber;
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, strip(inner)]));
  };
  return node === undefined ? null : strip(toYamlValue(node));
}

describe('the JSON Schemas', () => {
  it.each(Object.keys(schemas))('in schemas/%s are current (node scripts/schemas.mjs writes them)', (name) => {
    expect(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')).toBe(schemas[name]);
  });
});

const target = 'targets: {dev: {type: duckdb, path: a.duckdb, schema: main}}\n';

describe('schema and loader judge project.yaml alike', () => {
  it.each<[boolean, string]>([
    [true, `name: shop\n${target}`],
    [true, `name: shop\n${target}models:\n  +tags: [a]\n  staging:\n    materialized: view\n    deep: {+schema: x, +pre-hook: {sql: a, transaction: false}}\n  empty:\n`],
    [true, `name: shop\nversion: "1"\n${target}on_run_start: [a, {sql: b}]\nvars: {a: 1, b: [x]}\nmodel_paths: models\nseeds: {+column_types: {a: int}}\ntests: {+severity: warn}\n`],
    [true, `name: shop\ntargets: {dev: {type: duckdb, path: a, schema: b, threads: "\${N:-2}", schema_naming: plain, vars: {}}}\n`],
    [false, target],
    [false, `name: 1shop\n${target}`],
    [false, `name: shop\nversion: 1.10\n${target}`],
    [false, `name: shop\ntargets: {}\n`],
    [false, `name: shop\ntargets: {dev: {type: duckdb, schema: main}}\n`],
    [false, `name: shop\ntargets: {dev: {type: ducky, path: a, schema: main}}\n`],
    [false, `name: shop\ntargets: {dev: {type: duckdb, path: a, schema: main, pth: 1}}\n`],
    [false, `name: shop\ntargets: {dev: {type: duckdb, path: a, schema: main, threads: 0}}\n`],
    [false, `name: shop\nmodelz: {}\n${target}`],
    [false, `name: shop\n${target}models: {+materialised: view}\n`],
    [false, `name: shop\n${target}models: {+unknown: {+enabled: true}}\n`],
    [false, `name: shop\n${target}models: {staging: {+materialized: tabel}}\n`],
    [false, `name: shop\n${target}models: {materialized: tabel}\n`],
    [false, `name: shop\n${target}models: {staging: view}\n`],
    [false, `name: shop\n${target}tests: {+limit: 0}\n`],
    [true, `name: shop\n${target}models: {+tests: {severity: warn, tags: a}, staging: {tests: {limit: 2}}}\n`],
    [false, `name: shop\n${target}seeds: {+tests: {sevrity: warn}}\n`],
    [false, `name: shop\n${target}models: {tests: {severity: often}}\n`],
    [true, `name: shop\n${target}flags: {indirect_selection: buildable}\n`],
    [false, `name: shop\n${target}flags: {indirect_selection: lazy}\n`],
    [false, `name: shop\n${target}flags: {use_colors: true}\n`],
    [false, `name: shop\n${target}on_run_end: [{sqll: a}]\n`],
    [false, `name: shop\n${target}model_paths: [1]\n`],
  ])('%s: %s', async (accepted, text) => {
    const loaded = await loadProject({ root: '/project', vars: {}, env: {} }, { files: memoryFiles({ 'project.yaml': text, 'models/a.sql': '' }) }, engines);
    expect({ schema: acceptsProject(asJson(text)), loader: !hasErrors(loaded.diagnostics) }).toEqual({ schema: accepted, loader: accepted });
  });
});

describe('schema and loader judge property files alike', () => {
  it.each<[boolean, string]>([
    [true, ''],
    [true, 'version: 2\nmodels:\n'],
    [true, 'models: [{name: a, columns: [{name: id, data_type: int, pii: true, quote: true, tests: [unique, {not_null: }, {accepted_values: {values: [a]}}]}]}]\n'],
    [true, 'models: [{name: a, config: {materialized: incremental, unique_key: [a, b], strategy: merge}, tags: x, meta: {a: 1}}]\n'],
    [true, 'models: [{name: a, tests: [{x: {arguments: {y: 1}, config: {severity: warn, where: a}, anything: [1]}}]}]\n'],
    [true, 'sources: [{name: s, schema: x, external: "a/{name}.csv", tables: [{name: t, identifier: u, external: {location: a, options: {x: 1}}}]}]\n'],
    [true, 'seeds: [{name: s, config: {delimiter: ";", column_types: {a: int}}}]\nmacros: [{name: m, description: d}]\n'],
    [true, 'selectors: [{name: a, default: true, definition: b}, {name: c, definition: {union: [a, {tag: b}, {exclude: [c]}]}}]\n'],
    [true, 'selectors: [{name: a, definition: {method: fqn, value: b, parents: true, parents_depth: 1, indirect_selection: empty, exclude: [c]}}]\n'],
    [true, 'groups: [{name: g, description: d, owner: {name: a, email: [b, c], chat: "#x"}}]\n'],
    [true, 'exposures: [{name: e, type: ml, label: l, maturity: low, url: u, owner: {email: a}, depends_on: [ref("a")], tags: a, config: {enabled: false, meta: {a: 1}}}]\n'],
    [true, 'models: [{name: a, group: g, access: public, latest_version: 1, versions: [{v: 1, defined_in: b, columns: [{include: all, exclude: [a]}, {name: c}]}, {v: x, deprecation_date: 2030-01-01, config: {alias: y}, tests: []}]}]\n'],
    [true, 'models: [{name: a, versions: [{v: 1.5, columns: [{include: [a, b]}]}]}]\nseeds: [{name: s, config: {group: g}}]\n'],
    [false, 'groups: [{name: g}]\n'],
    [false, 'groups: [{name: g, owner: Ann}]\n'],
    [false, 'exposures: [{name: e, owner: {name: a}}]\n'],
    [false, 'exposures: [{name: e, type: dash, owner: {name: a}}]\n'],
    [false, 'exposures: [{name: e, type: ml, owner: {name: a}, config: {materialized: view}}]\n'],
    [false, 'models: [{name: a, access: open}]\n'],
    [false, 'models: [{name: a, versions: [{config: {alias: x}}]}]\n'],
    [false, 'models: [{name: a, versions: [{v: true}]}]\n'],
    [false, 'models: [{name: a, versions: [{v: 1, versions: []}]}]\n'],
    [false, 'models: [{name: a, columns: [{include: all}]}]\n'],
    [false, 'selectors: [{name: a}]\n'],
    [false, 'selectors: [{name: a, definition: [b]}]\n'],
    [false, 'selectors: [{name: a, definition: {union: b}}]\n'],
    [false, 'selectors: [{name: a, definition: {union: [{tag: [b]}]}}]\n'],
    [false, 'selectors: [{name: a, definition: {method: fqn, value: b, parents: true, parents_depth: -1}}]\n'],
    [false, 'models: [{nam: a}]\n'],
    [false, 'models: {name: a}\n'],
    [false, 'models: [{name: ""}]\n'],
    [false, 'models: [{name: 1}]\n'],
    [false, 'modles: []\n'],
    [true, 'sources: [{name: s, config: {tests: {limit: 1}}, tables: [{name: t, config: {tests: {keep: {first: a}, where: }}}]}]\n'],
    [false, 'snapshots: [{name: a, relation: b, config: {tests: {not_null: }}}]\n'],
    [false, 'exposures: [{name: e, type: ml, owner: {name: a}, config: {tests: {severity: warn}}}]\n'],
    [false, 'models: [{name: a, config: {materialised: view}}]\n'],
    [false, 'models: [{name: a, config: {materialized: vieww}}]\n'],
    [false, 'models: [{name: a, tests: [{a: {}, b: {}}]}]\n'],
    [false, 'models: [{name: a, tests: [{}]}]\n'],
    [false, 'models: [{name: a, tests: [{a: {severity: bad}}]}]\n'],
    [false, 'models: [{name: a, tests: [{a: {config: {unknown: 1}}}]}]\n'],
    [false, 'models: [{name: a, tests: [{a: 1}]}]\n'],
    [false, 'models: [{name: a, columns: [id]}]\n'],
    [false, 'seeds: [{name: s, config: {materialized: view}}]\n'],
    [false, 'seeds: [{name: s, config: {delimiter: ";;"}}]\n'],
    [false, 'sources: [{name: s, tables: [{name: t, external: {format: csv}}]}]\n'],
    [false, '[]'],
    [false, 'text'],
  ])('%s: %s', (accepted, text) => {
    const parsed = parseProperties({ kind: 'properties', path: 'models/a.yaml', base: 'models', text });
    expect({ schema: acceptsProperties(asJson(text)), loader: !hasErrors(parsed.diagnostics) }).toEqual({ schema: accepted, loader: accepted });
  });
});
