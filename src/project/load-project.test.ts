import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { LoadedProject } from './load-project.ts';
import { loadProject } from './load-project.ts';
import type { MemoryFile } from './memory-files.ts';
import { memoryFiles } from './memory-files.ts';
import { parseVars } from './parse-vars.ts';
import type { ProjectSource } from './project.ts';
import { readSources } from './read-sources.ts';

const noProblems = (): readonly never[] => [];
const engines = [
  { type: 'filedb', settingKeys: ['path', 'memory_limit'], requiredSettings: ['path'], checkSettings: noProblems },
  {
    type: 'serverdb',
    settingKeys: ['url', 'password', 'host'],
    requiredSettings: ['url'],
    checkSettings: (settings: Readonly<Record<string, unknown>>) =>
      settings['host'] === 'bad' ? [{ key: 'host', message: 'must be a host' }] : [],
  },
];

interface Extra {
  readonly files?: Readonly<Record<string, MemoryFile>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly vars?: string;
}

interface Loaded extends LoadedProject {
  /** The project's files, as far as they can be read. */
  readonly texts: readonly ProjectSource[];
}

async function load(yaml: string, extra: Extra = {}): Promise<Loaded> {
  const files = memoryFiles({ 'project.yaml': yaml, ...extra.files });
  const vars = parseVars({ path: '--vars', text: extra.vars ?? '' }).value;
  const loaded = await loadProject({ root: '/project', targetName: extra.target, vars, env: extra.env ?? {} }, { files }, engines);
  const read = readSources('/project', loaded.value?.files ?? [], files);
  return { ...loaded, texts: read.value, diagnostics: [...loaded.diagnostics, ...read.diagnostics] };
}

const minimal = 'name: shop\ntargets:\n  dev: {type: filedb, path: data/shop.db, schema: main}\n';

/** Messages with line and column, in the order of the report. */
function told(loaded: LoadedProject): readonly string[] {
  return loaded.diagnostics.map((entry) => `${place(loaded, entry)} ${entry.message}`);
}

function place(loaded: LoadedProject, entry: Diagnostic): string {
  const source = loaded.sources.find((file) => file.path === entry.span?.path);
  if (source === undefined || entry.span === undefined) return entry.span?.path ?? '-';
  const { line, column } = positionAt(source.text, entry.span.start);
  return `${source.path}:${line}:${column}`;
}

/** Config without its places. */
const plain = (config: object | undefined): object =>
  Object.fromEntries(Object.entries(config ?? {}).map(([key, entry]) => [key, (entry as { value: unknown }).value]));

describe('loadProject', () => {
  it('fills no variable of a target from the environment, and says so', async () => {
    const yaml = (vars: string) => `name: a\ntargets:\n  dev: {type: filedb, path: x, schema: main, vars: ${vars}}\n`;
    expect(told(await load(yaml('{region: "${REGION:-eu}", list: [1, {x: "a ${Y}"}]}'), { env: { REGION: 'us' } }))).toEqual([
      'project.yaml:3:62 `targets.dev.vars.region` holds `${REGION:-eu}`, and variables are not filled from the environment: pass it with `--vars`, or write `$${` if the text is meant',
      'project.yaml:3:93 `targets.dev.vars.list.x` holds `${Y}`, and variables are not filled from the environment: pass it with `--vars`, or write `$${` if the text is meant',
    ]);
    const { value, diagnostics } = await load(yaml('{text: "a $${b} $c", price: 1.10, list: ["$${"]}'));
    expect(diagnostics).toEqual([]);
    expect(Object.values(value?.target.vars ?? {}).map((entry) => entry.value)).toEqual([
      'a ${b} $c',
      { yamlNumber: 1.1, text: '1.10' },
      ['${'],
    ]);
  });

  it('fills the defaults of a minimal project', async () => {
    const { value, diagnostics } = await load(minimal);
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      name: 'shop',
      target: {
        name: 'dev',
        type: 'filedb',
        schema: 'main',
        threads: 4,
        database: 'shop',
        schemaNaming: 'suffix',
        settings: { path: 'data/shop.db' },
        vars: {},
      },
      targetNames: ['dev'],
      stateSchema: '_tx',
      paths: { models: ['models'], macros: ['macros'], seeds: ['seeds'], tests: ['tests'], docs: ['docs'], target: 'target' },
      vars: {},
      configTrees: {},
      onRunStart: [],
      files: [],
      seeds: [],
      secrets: [],
    });
  });

  it('sorts every file into its kind and reads none of them', async () => {
    const files = memoryFiles({
      'project.yaml': minimal,
      'models/b.sql': 'select 2',
      'models/a/A.SQL': 'select 1',
      'models/a/props.yml': 'models: []',
      'models/.hidden.sql': 'x',
      'models/node_modules/x.sql': 'x',
      'macros/m.sql': '',
      'macros/h.js': '',
      'seeds/s.csv': 'a\n1\n',
      'seeds/t.tsv': 'a\n1\n',
      'seeds/s.yaml': 'seeds: []',
      'tests/t.sql': 'select 1',
      'docs/d.md': '# d',
      'target/compiled/models/z.sql': 'x',
    });
    const { value } = await loadProject({ root: '/project', vars: {}, env: {} }, { files }, engines);
    expect(value?.files.map((file) => `${file.kind} ${file.path} ${file.base}`)).toEqual([
      'docs docs/d.md docs',
      'js-macro macros/h.js macros',
      'macro macros/m.sql macros',
      'model models/a/A.SQL models',
      'properties models/a/props.yml models',
      'model models/b.sql models',
      'properties seeds/s.yaml seeds',
      'singular-test tests/t.sql tests',
    ]);
    expect(value?.seeds.map((file) => file.path)).toEqual(['seeds/s.csv', 'seeds/t.tsv']);
    expect(files.reads).toEqual(['/project/project.yaml']);
  });

  it('says that there is no project file, or two', async () => {
    const nowhere = await loadProject({ root: '/project', vars: {}, env: {} }, { files: memoryFiles({ x: '' }) }, engines);
    expect(nowhere.diagnostics[0]?.message).toBe('no project.yaml in `/project`');
    expect((await load(minimal, { files: { 'project.yml': minimal } })).diagnostics[0]?.message).toBe(
      'both `project.yaml` and `project.yml` are here, and only one can be the project file',
    );
  });

  it('suggests the nearest key for an unknown one, at every level', async () => {
    const loaded = await load(
      `nam: x\ndefault_target: dev\n${minimal}  prod: {type: filedb, path: a, schema: b, treads: 2}\nmodels:\n  staging:\n    +materialised: view\n    materialized: tabel\n`,
    );
    expect(told(loaded)).toEqual([
      'project.yaml:1:1 unknown key `nam` in `project.yaml`',
      'project.yaml:6:44 unknown key `treads` in `prod`',
      'project.yaml:9:5 unknown key `+materialised` in `staging`',
      'project.yaml:10:19 `materialized` must be one of `view`, `table`, `incremental`, `ephemeral`, `materialized_view`, `external`, not `tabel`',
    ]);
    expect(loaded.diagnostics.map((entry) => entry.help)).toEqual([
      'did you mean `name`?',
      'did you mean `threads`?',
      'did you mean `+materialized`, `materialized`?',
      'did you mean `table`?',
    ]);
  });

  it('says what a value must be', async () => {
    const loaded = await load(
      'name: 2shop\nversion: 1.10\ntargets:\n  dev: {type: filedb, schema: [a], threads: 0}\nmodel_paths: 3\nvars: x\n',
    );
    expect(told(loaded)).toEqual([
      'project.yaml:1:7 `name` must be a name of letters, digits and `_` that does not start with a digit, not `2shop`',
      'project.yaml:2:10 `version` must be text, not `1.10`',
      'project.yaml:4:31 `schema` must be a schema name, not a list',
      'project.yaml:4:45 `threads` must be a whole number above 0, not `0`',
      'project.yaml:4:8 `dev` has no `path`',
      'project.yaml:5:14 `model_paths` must be a path or a list of paths, not `3`',
      'project.yaml:6:7 `vars` must be a mapping of names to values, not `x`',
    ]);
    expect(loaded.diagnostics[1]?.help).toBe('quote it: `"1.10"`');
  });

  it('refuses an engine that it does not know', async () => {
    const loaded = await load('name: a\ntargets:\n  dev: {type: filedbb, path: x, schema: main}\n');
    expect(told(loaded)).toEqual(['project.yaml:3:15 `type` must be one of `filedb`, `serverdb`, not `filedbb`']);
    expect(loaded.value).toBeUndefined();
  });

  it('chooses the target by flag, then TX_TARGET, then default_target, then the only one', async () => {
    const two = `default_target: dev\n${minimal}  prod: {type: filedb, path: p.db, schema: b}\n`;
    expect((await load(two, { target: 'prod', env: { TX_TARGET: 'dev' } })).value?.target.name).toBe('prod');
    expect((await load(two, { env: { TX_TARGET: 'prod' } })).value?.target.name).toBe('prod');
    expect((await load(two, { env: { TX_TARGET: '' } })).value?.target.name).toBe('dev');
    expect((await load(two, { files: { '.env': 'TX_TARGET=prod\n' } })).value?.target.name).toBe('prod');
    expect((await load(two, { target: 'prdo' })).diagnostics).toMatchObject([
      { message: 'the project has no target `prdo`', help: 'did you mean `prod`?' },
    ]);
    const without = await load(two.replace('default_target: dev\n', ''));
    expect(told(without)).toEqual(['project.yaml:2:1 the project has several targets and no `default_target`: `dev`, `prod`']);
  });

  it('reads every assignment of .env, whatever stands between them', async () => {
    const yaml = 'name: shop\ntargets:\n  dev: {type: filedb, path: "${A}|${B}|${C}|${D}|${E}", schema: main}\n';
    const file = 'P\nA=1 # one\nP: x\nB="2\n2" # two\n=9\nexport C=it\'s\nX="open\nD=4\nSOME THING=5\n\n# E=6\n  E = \'#7\'';
    const { value, diagnostics } = await load(yaml, { files: { '.env': file } });
    expect(value?.target.settings['path']).toBe("1|2\n2|it's|4|#7");
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'line 1 of `.env` is passed over: it is no assignment',
      'line 3 of `.env` is passed over: it is no assignment',
      'line 6 of `.env` is passed over: it is no assignment',
      'line 8 of `.env` is passed over: its quote is never closed',
      'line 10 of `.env` is passed over: it is no assignment',
    ]);
  });

  it('resolves the environment in the chosen target only, the shell over .env', async () => {
    const yaml =
      'name: a\ndefault_target: dev\ntargets:\n  dev: {type: serverdb, url: "${HOST_URL}", schema: "dev_${USER_NAME:-none}", threads: "${N}"}\n  prod: {type: serverdb, url: "${PROD_URL}", schema: p}\nvars: {x: "${NOT_TOUCHED}"}\n';
    const { value, diagnostics } = await load(yaml, { files: { '.env': 'HOST_URL=file\nN=7\n' }, env: { HOST_URL: 'db://u:pw@h/shop' } });
    expect(diagnostics).toEqual([]);
    expect(value?.target).toMatchObject({ settings: { url: 'db://u:pw@h/shop' }, schema: 'dev_none', threads: 7, database: 'shop' });
    expect(value?.vars['x']?.value).toBe('${NOT_TOUCHED}');
    expect(value?.secrets).toEqual(['db://u:pw@h/shop', 'pw']);
  });

  it('names a variable that is not set and where it is used', async () => {
    const loaded = await load(
      'name: a\ntargets:\n  dev:\n    type: serverdb\n    url: db://${DB_HOST}/x\n    password: ${DB_PASSWORD:?ask the team}\n    schema: main\n',
      { env: {} },
    );
    expect(told(loaded)).toEqual([
      'project.yaml:5:15 environment variable `DB_HOST` is not set, and `targets.dev.url` needs it',
      'project.yaml:6:15 environment variable `DB_PASSWORD` is not set, and `targets.dev.password` needs it: ask the team',
    ]);
    expect(loaded.diagnostics[0]?.help).toBe('set it in the shell or in `.env`, or give a default: `${DB_HOST:-value}`');
  });

  it('never shows the value of a variable', async () => {
    const loaded = await load('name: a\ntargets:\n  dev: {type: filedb, path: x, schema: main, threads: "${SECRET}"}\n', {
      env: { SECRET: 'hunter2' },
    });
    expect(told(loaded)).toEqual(['project.yaml:3:56 `threads` must be a whole number above 0, not what `${SECRET}` stands for']);
    expect(JSON.stringify(loaded.diagnostics)).not.toContain('hunter2');
  });

  it('reports what the engine refuses', async () => {
    const loaded = await load('name: a\ntargets:\n  dev: {type: serverdb, url: db://h/x, host: bad, schema: main}\n');
    expect(told(loaded)).toEqual(['project.yaml:3:46 `targets.dev.host` must be a host']);
  });

  it('collects the secrets that stand in the file itself, of every target, even when loading fails', async () => {
    const loaded = await load(
      'targets:\n  dev: {type: serverdb, url: "db://me:p%40ss@h/x", schema: a}\n  prod: {type: serverdb, url: db://h/x?password=q1, password: lit, schema: a}\n',
    );
    expect(loaded.value).toBeUndefined();
    expect([...loaded.secrets].sort()).toEqual(['lit', 'p%40ss', 'p@ss', 'q1']);
  });

  it('lays flags over the variables of the target over those of the project', async () => {
    const yaml =
      'name: a\ntargets:\n  dev: {type: filedb, path: x, schema: main, vars: {a: 2, b: 2}}\nvars: {a: 1, b: 1, c: 1, price: 1.10, day: 2024-01-01}\n';
    const { value } = await load(yaml, { vars: '{b: 3, d: 3}' });
    const plain = Object.fromEntries(Object.entries(value?.vars ?? {}).map(([key, entry]) => [key, entry.value]));
    expect(plain).toEqual({ a: 2, b: 3, c: 1, d: 3, price: { yamlNumber: 1.1, text: '1.10' }, day: '2024-01-01' });
    expect(Object.fromEntries(Object.entries(value?.target.vars ?? {}).map(([key, entry]) => [key, entry.value]))).toEqual({ a: 2, b: 3 });
  });

  it('keeps the state out of every target schema', async () => {
    expect(told(await load(`state_schema: MAIN\n${minimal}`))).toEqual([
      'project.yaml:1:15 `state_schema` is `MAIN`, which is also the schema of target `dev`',
    ]);
    expect(told(await load(minimal.replace('main', '_tx')))).toEqual([
      'project.yaml:3:51 `state_schema` is `_tx`, which is also the schema of target `dev`',
    ]);
  });

  it('reads config trees: marked keys, bare words, folders, aliases', async () => {
    const yaml = `${minimal}models:\n  +tags: [a]\n  materialized: view\n  staging:\n    pre-hook: select 1\n    strategy: merge\n    +meta: {owner: me}\n  tags:\n    +enabled: false\n  schema:\n`;
    const { value, diagnostics } = await load(yaml, { files: { 'models/tags/x.sql': 'select 1' } });
    expect(diagnostics).toEqual([]);
    const tree = value?.configTrees.models;
    expect(plain(tree?.config)).toEqual({ tags: ['a'], materialized: 'view' });
    expect(plain(tree?.folders['staging']?.config)).toEqual({ pre_hook: 'select 1', incremental_strategy: 'merge', meta: { owner: 'me' } });
    expect(plain(tree?.folders['tags']?.config)).toEqual({ enabled: false });
  });

  it('tells config of tests from a folder of that name, also where it is wrong', async () => {
    const models = (tree: string, files = {}): ReturnType<typeof load> => load(`${minimal}models:\n  tests: ${tree}\n`, { files });
    const config = await models('{ severity: warn, tags: nightly }');
    expect(plain(config.value?.configTrees.models?.config)).toEqual({ tests: { severity: 'warn', tags: 'nightly' } });
    const folder = await models('{ +tests: { limit: 1 }, marts: { +enabled: false } }', { 'models/tests/a.sql': '' });
    expect(plain(folder.value?.configTrees.models?.folders['tests']?.config)).toEqual({ tests: { limit: 1 } });
    for (const [tree, problem] of [
      ['{ sevrity: warn }', '5:12 unknown key `sevrity` in `tests`'],
      ['{ severity: wran }', '5:22 `severity` must be one of `error`, `warn`, not `wran`'],
      ['{ severity: warn, marts: { +enabled: false } }', '5:28 unknown key `marts` in `tests`'],
      ['{ +enabled: 1 }', '5:22 `+enabled` must be `true` or `false`, not `1`'],
      ['{ marts: { +enabld: true } }', '5:21 unknown key `+enabld` in `marts`'],
      ['often', '5:10 `tests` must be a mapping of config of tests, not `often`'],
    ] as const)
      expect(told(await models(tree)), tree).toEqual([`project.yaml:${problem}`]);
  });

  it('refuses one config key in two spellings and an unknown marked folder', async () => {
    const loaded = await load(`${minimal}models:\n  +pre_hook: a\n  +pre-hook: b\n  +folder: {+enabled: true}\n`);
    expect(told(loaded)).toEqual([
      'project.yaml:6:3 `+pre_hook` and `+pre-hook` say the same thing, and both are given here',
      'project.yaml:7:3 unknown key `+folder`',
    ]);
  });

  it('reads hooks of a run in every form', async () => {
    const { value, diagnostics } = await load(
      `${minimal}on_run_start: [select 1, {sql: vacuum, transaction: false}]\non-run-end: select 2\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(value?.onRunStart.map(({ sql, transaction }) => [sql, transaction])).toEqual([
      ['select 1', true],
      ['vacuum', false],
    ]);
    expect(value?.onRunEnd.map(({ sql, transaction }) => [sql, transaction])).toEqual([['select 2', true]]);
  });

  it('refuses paths out of the project, overlapping ones, and warns of missing ones', async () => {
    const loaded = await load(`${minimal}model_paths: [../x, ./models/, sql]\nmacro_paths: [models]\ntarget_path: /tmp\n`, {
      files: { 'models/a.sql': 'select 1' },
    });
    expect(told(loaded)).toEqual([
      'project.yaml:4:15 `../x` in `model_paths` is not a folder inside the project',
      'project.yaml:4:32 `model_paths` names the folder `sql`, which does not exist',
      'project.yaml:6:14 `/tmp` in `target_path` is not a folder inside the project',
      'project.yaml:5:15 `models` stands in both `model_paths` and `macro_paths`, so its files could be either',
    ]);
  });

  it('gives nested folders to the innermost path', async () => {
    const { value, diagnostics } = await load(`${minimal}test_paths: [models/tests]\ndocs_paths: [models]\n`, {
      files: { 'models/a.sql': '', 'models/a.md': '', 'models/tests/t.sql': '', 'models/tests/p.yml': '' },
    });
    expect(diagnostics).toEqual([]);
    expect(value?.files.map((file) => `${file.kind} ${file.path}`)).toEqual([
      'docs models/a.md',
      'model models/a.sql',
      'properties models/tests/p.yml',
      'singular-test models/tests/t.sql',
    ]);
  });

  it('warns of files in a model path that nothing reads', async () => {
    const loaded = await load(minimal, { files: { 'models/orders.sqll': '', 'models/raw.csv': '', 'seeds/notes.txt': '' } });
    expect(loaded.diagnostics.map((entry) => [entry.severity, entry.message, entry.help])).toEqual([
      [
        'warning',
        'nothing reads `models/orders.sqll`',
        'a model path holds `.sql`, `.yaml` and `.yml`; rename the file, move it, or start its name with a dot',
      ],
      ['warning', 'nothing reads `models/raw.csv`', 'move it to a seed path'],
    ]);
  });
});

describe('files that cannot be read', () => {
  const messages = async (files: Readonly<Record<string, MemoryFile>>): Promise<readonly string[]> =>
    (await load(minimal, { files })).diagnostics.map((entry) => entry.message);

  it('are reported with the byte that is not UTF-8', async () => {
    expect(await messages({ 'models/a.sql': new Uint8Array([0x73, 0xc3, 0xa9, 0xff, 0x20]) })).toEqual([
      '`models/a.sql` is not UTF-8: on line 1, byte 3 of the file does not belong there',
    ]);
    expect(await messages({ 'models/a.sql': new Uint8Array([0xff, 0xfe, 0x73, 0x00]) })).toEqual([
      '`models/a.sql` is not UTF-8: it starts like UTF-16 (little endian)',
    ]);
    expect(await messages({ 'models/a.sql': new Uint8Array([0x73, 0xe2, 0x82]) })).toEqual([
      '`models/a.sql` is not UTF-8: on line 1, byte 1 of the file does not belong there',
    ]);
  });

  it('lose their byte order mark, and their lines end with LF', async () => {
    const { texts } = await load(minimal, { files: { 'models/a.sql': '\ufeffselect 1\r\nfrom é\r\r\n' } });
    expect(texts[0]?.text).toBe('select 1\nfrom é\n\n');
  });

  it('are reported with a control character', async () => {
    expect(await messages({ 'models/a.sql': 'select\u0000 1' })).toEqual([
      '`models/a.sql` contains the control character U+0000, on line 1 at column 7',
    ]);
  });

  it('are reported above the size limit', async () => {
    expect(await messages({ 'models/a.sql': ' '.repeat(1024 * 1024 + 1) })).toEqual([
      '`models/a.sql` has 1,048,577 bytes, and a text file of a project may have 1,048,576',
    ]);
    expect(await messages({ 'models/a.sql': ' '.repeat(1024 * 1024) })).toEqual([]);
  });

  it('are reported with the path and the reason, files and folders', async () => {
    expect(await messages({ 'models/a.sql': { error: 'EACCES' }, 'models/b/': { error: 'EACCES' } })).toEqual([
      'cannot read `models/b`: permission denied (EACCES)',
      'cannot read `models/a.sql`: permission denied (EACCES)',
    ]);
  });

  it('are reported as links that loop, lead out or lead nowhere', async () => {
    expect(
      await messages({
        'models/a/loop': { link: '/project/models' },
        'models/a/self': { link: '/project/models/a/self' },
        'models/out': { link: '/elsewhere' },
        '/elsewhere/x.sql': 'select 1',
        'models/gone.sql': { link: '/project/nothing.sql' },
      }),
    ).toEqual([
      'link `models/a/loop` leads back to a folder that it is in',
      'link `models/a/self` leads back to a folder that it is in',
      'link `models/gone.sql` leads to nothing',
      'link `models/out` leads out of the project',
    ]);
  });

  it('follows links inside the project, also ones that point at each other', async () => {
    const loaded = await load(minimal, {
      files: {
        'models/a/x.sql': 'select 1',
        'models/b/to_a': { link: '/project/models/a' },
        'models/a/to_b': { link: '/project/models/b' },
        'models/one.sql': { link: '/project/models/a/x.sql' },
      },
    });
    expect(loaded.value?.files.map((file) => file.path)).toEqual(['models/a/x.sql', 'models/b/to_a/x.sql', 'models/one.sql']);
    expect(loaded.diagnostics.map((entry) => entry.message)).toEqual([
      'link `models/a/to_b/to_a` leads back to a folder that it is in',
      'link `models/b/to_a/to_b` leads back to a folder that it is in',
    ]);
  });
});
