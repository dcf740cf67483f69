import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../src/diagnostics/registry.ts';
import { REPOSITORY, runProgram, tempFolder } from './support/tx.ts';

const GENERATED = new Set(['.git', 'node_modules', 'dist', 'coverage', 'target']);

/** Every file below a folder of the repository as a path with `/` from its root, sorted. */
function filesBelow(folder: string): string[] {
  if (!existsSync(join(REPOSITORY, folder))) return [];
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true })
    .filter((entry) => !GENERATED.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

const source = filesBelow('src').filter((path) => path.endsWith('.ts'));
/** Code that only tests use. */
const isTest = (path: string): boolean => /(\.test|-fixture)\.ts$/.test(path);
const modules = source.filter((path) => !isTest(path));
const codes = Object.keys(registry).sort();

/** The places where a text matches, as `path:line`, so that a failing test says where to look. */
function findPlaces(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}`] : [])),
  );
}

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** Runs the linter as `npm run lint` does, in a folder with a `src/`. */
async function lint(folder: string): Promise<Finding[]> {
  const program = join(REPOSITORY, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { stdout, stderr } = await runProgram(process.execPath, [program, '-c', 'oxlint.config.mjs', '-f', 'json', 'src'], { cwd: folder });
  expect(stdout, stderr).toMatch(/^\{/);
  // The shape that the linter's JSON reporter writes.
  const report = JSON.parse(stdout) as { number_of_files: number; diagnostics: readonly { code?: string; filename: string }[] };
  expect(report.number_of_files).toBeGreaterThan(0);
  return report.diagnostics.map(({ code, filename }) => ({ rule: code ?? 'unused-directive', path: filename.split(sep).join('/') }));
}

/** Bad files, each with the rule that must find it. */
const PLANTS: readonly { readonly what: string; readonly rule: string; readonly path: string; readonly text: string }[] = [
  {
    what: 'a value imported from a later folder',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/compile/value.ts',
    text: "import { step } from '../plan/plan.ts';\nexport const copy = step;\n",
  },
  {
    what: 'a type imported from a later folder',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/compile/type-only.ts',
    text: "import type { Step } from '../plan/plan.ts';\nexport const copy: Step = 1;\n",
  },
  {
    what: 'a later folder imported from a folder inside a folder',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/compile/inner/deep.ts',
    text: "import { step } from '../../plan/plan.ts';\nexport const copy = step;\n",
  },
  {
    what: 'a later folder loaded on demand',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/compile/on-demand.ts',
    text: "export const load = async (): Promise<unknown> => await import('../plan/plan.ts');\n",
  },
  {
    what: 'a later folder passed on',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/compile/passed-on.ts',
    text: "export type { Step } from '../plan/plan.ts';\n",
  },
  {
    what: 'an engine imported by a stage',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/execute/engine.ts',
    text: "import { one } from '../adapters/one/dialect.ts';\nexport const copy = one;\n",
  },
  {
    what: 'a stage imported by an engine',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/adapters/one/stage.ts',
    text: "import { step } from '../../plan/plan.ts';\nexport const copy = step;\n",
  },
  {
    what: 'an engine imported by another engine',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/adapters/two/other.ts',
    text: "import { one } from '../one/dialect.ts';\nexport const copy = one;\n",
  },
  {
    what: 'an engine imported by a folder of another engine',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/adapters/two/analysis/other.ts',
    text: "import { one } from '../../one/dialect.ts';\nexport const copy = one;\n",
  },
  {
    what: 'the file system read by a stage that only computes',
    rule: 'eslint(no-restricted-imports)',
    path: 'src/graph/reads.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x', 'utf8');\n",
  },
  {
    what: 'the environment read by a stage',
    rule: 'eslint(no-restricted-globals)',
    path: 'src/state/environment.ts',
    text: "export const home = process.env['HOME'];\n",
  },
  {
    what: 'a cycle of types',
    rule: 'import(no-cycle)',
    path: 'src/graph/one.ts',
    text: "import type { Two } from './two.ts';\nexport interface One {\n  readonly two: Two;\n}\n",
  },
  {
    what: 'the way back of a cycle of types',
    rule: 'import(no-cycle)',
    path: 'src/graph/two.ts',
    text: "import type { One } from './one.ts';\nexport interface Two {\n  readonly one: One;\n}\n",
  },
  {
    what: 'printing outside of the report and the command line',
    rule: 'eslint(no-console)',
    path: 'src/execute/prints.ts',
    text: "export const say = (): void => console.log('x');\n",
  },
  {
    what: '`any`',
    rule: 'typescript(no-explicit-any)',
    path: 'src/graph/untyped.ts',
    text: 'export const same = (x: any): unknown => x;\n',
  },
  {
    what: '`!`',
    rule: 'typescript(no-non-null-assertion)',
    path: 'src/graph/asserted.ts',
    text: 'export const size = (x: string | undefined): number => x!.length;\n',
  },
  {
    what: 'a switch that forgets a case',
    rule: 'typescript(switch-exhaustiveness-check)',
    path: 'src/graph/forgets.ts',
    text: "export function size(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  },
  {
    what: 'a promise that nobody waits for',
    rule: 'typescript(no-floating-promises)',
    path: 'src/execute/floats.ts',
    text: 'export function start(): void {\n  Promise.resolve(1);\n}\n',
  },
  {
    what: 'a default export',
    rule: 'import(no-default-export)',
    path: 'src/graph/unnamed.ts',
    text: 'const graph = 1;\nexport default graph;\n',
  },
  {
    what: 'a file name with capitals',
    rule: 'unicorn(filename-case)',
    path: 'src/graph/badName.ts',
    text: 'export const graph = 1;\n',
  },
  {
    what: 'work put off',
    rule: 'eslint(no-warning-comments)',
    path: 'src/graph/later.ts',
    text: `// ${'TO'}${'DO'} the rest\nexport const graph = 1;\n`,
  },
  {
    what: 'a file of more than 300 lines',
    rule: 'eslint(max-lines)',
    path: 'src/graph/long.ts',
    text: Array.from({ length: 301 }, (_, at) => `export const value${at} = ${at};\n`).join(''),
  },
];

/** Good files that look much like the bad ones. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/plan/plan.ts': 'export const step = 1;\nexport type Step = number;\n',
  'src/adapters/one/dialect.ts': "import { code } from '../../diagnostics/codes.ts';\nexport const one = code;\n",
  'src/diagnostics/codes.ts': 'export const code = 1;\n',
  'src/execute/earlier.ts': "import { step } from '../plan/plan.ts';\nexport const copy = step;\n",
  'src/cli/main.ts': "import { one } from '../adapters/one/dialect.ts';\nconsole.log(one, process.pid);\n",
  'src/report/terminal.ts': 'export const say = (): void => console.log(1);\n',
  'src/compile/value.test.ts':
    "import { one } from '../adapters/one/dialect.ts';\nimport { step } from '../plan/plan.ts';\nexport const both = [one, step];\n",
};

describe('the linter', () => {
  let found: readonly Finding[] = [];

  beforeAll(async () => {
    const folder = tempFolder();
    const plant = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const { path, text } of PLANTS) plant(path, text);
    for (const [path, text] of Object.entries(ALLOWED)) plant(path, text);
    for (const file of ['oxlint.config.mjs', 'tsconfig.json']) copyFileSync(join(REPOSITORY, file), join(folder, file));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction');
    found = await lint(folder);
  });

  it('finds nothing in the source', async () => {
    expect(await lint(REPOSITORY)).toEqual([]);
  });

  it.each(PLANTS)('reports $what', ({ rule, path }) => {
    expect(found.filter((finding) => finding.path === path).map((finding) => finding.rule)).toEqual([rule]);
  });

  it.each(Object.keys(ALLOWED))('lets %s pass', (path) => {
    expect(found.filter((finding) => finding.path === path)).toEqual([]);
  });
});

describe('the folders of src', () => {
  it('are all in the list of layers, and each has one job', async () => {
    // The configuration is plain JavaScript without types.
    const config = (await import(pathToFileURL(join(REPOSITORY, 'oxlint.config.mjs')).href)) as { readonly layers: readonly string[] };
    const folders = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true }).map((entry) => entry.name);
    expect(folders.filter((name) => name !== 'adapters' && !config.layers.includes(name))).toEqual([]);
  });

  it('have no name that says nothing', () => {
    const vague = /(^|\/)(utils?|common|helpers?|types|misc|shared|lib)(\/|\.ts$)/;
    expect(source.filter((path) => vague.test(path))).toEqual([]);
  });

  it('hold modules that begin with a sentence about their job', () => {
    expect(modules.filter((path) => !read(path).startsWith('/**'))).toEqual([]);
  });
});

describe('the names of engines', () => {
  const ENGINES = /duckdb|postgres|trino/i;
  const mayName = (path: string): boolean => /^src\/(adapters\/\w+|cli)\//.test(path) || isTest(path);

  it('stand nowhere but in the folders of the engines and the command line', () => {
    expect(
      findPlaces(
        source.filter((path) => !mayName(path)),
        ENGINES,
      ),
    ).toEqual([]);
  });

  it('are those of folders with the same files', () => {
    const files = ['adapter', 'analysis', 'capabilities', 'catalog', 'connection', 'dialect', 'engine', 'library', 'operations'];
    const folders = new Set(source.filter((path) => path.startsWith('src/adapters/')).map((path) => path.split('/')[2] ?? ''));
    const engines = [...folders].filter((name) => !name.endsWith('.ts'));
    expect(engines).toEqual(['duckdb', 'postgres']);
    for (const name of engines) for (const file of files) expect(source).toContain(`src/adapters/${name}/${file}.ts`);
  });

  it('would be found in code, comments and text', () => {
    expect(['if (name === "duckdb")', '// as Postgres does', 'const trinoQuotes = 1;'].every((line) => ENGINES.test(line))).toBe(true);
    expect(
      ['src/plan/x.ts', 'src/adapters/registry.ts', 'src/adapters/duckdb/x.ts', 'src/cli/x.ts', 'src/plan/x.test.ts'].map(mayName),
    ).toEqual([false, false, true, true, true]);
  });
});

describe('the clock and chance', () => {
  it('are asked only by the command line and the engines', () => {
    // The script of the site runs in a browser, and is a program of its own.
    const stages = modules.filter((path) => !/^src\/(cli|adapters|docs\/client)\//.test(path));
    expect(findPlaces(stages, /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(/)).toEqual([]);
  });
});

describe('diagnostic codes', () => {
  const pages = filesBelow('docs/errors').filter((path) => path.endsWith('.md'));
  const pageOf = (code: string): string => `docs/errors/${code}.md`;
  const mentions = (text: string, code: string): boolean => new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text);

  it('have words joined by hyphens, and each is declared once', () => {
    expect(codes.filter((code) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code))).toEqual([]);
    const texts = filesBelow('src/diagnostics/codes')
      .filter((path) => !isTest(path))
      .map(read);
    const declared = texts.flatMap((text) => [...text.matchAll(/^\s+'?([\w-]+)'?: *(?:error|warning)\b/gm)].map(([, code = '']) => code));
    expect(declared.sort()).toEqual(codes);
  });

  it('stand for something that can happen', () => {
    expect(codes.filter((code) => code.startsWith('placeholder'))).toEqual([]);
    const uses = modules
      .filter((path) => !path.startsWith('src/diagnostics/codes/'))
      .map(read)
      .join('\n');
    expect(codes.filter((code) => !uses.includes(`'${code}'`))).toEqual([]);
  });

  it('each have a page that is titled with the code', () => {
    expect(codes.filter((code) => !pages.includes(pageOf(code)) || read(pageOf(code)).split('\n')[0] !== `# ${code}`)).toEqual([]);
  });

  it('exist for every page', () => {
    const known = new Set(codes.map(pageOf));
    expect(pages.filter((page) => !known.has(page))).toEqual([]);
  });

  it('are each provoked by a test or a golden case', () => {
    // A golden case stands in a folder that has the name of its code, and its test looks for that code in what is printed.
    const cases = new Set(filesBelow('tests/cases').flatMap((path) => /^tests\/cases\/([^/]+)\/expected\.txt$/.exec(path)?.[1] ?? []));
    const tests = [...source, ...filesBelow('tests')].filter((path) => path.endsWith('.test.ts') && path !== 'tests/architecture.test.ts');
    const texts = tests.map(read).join('\n');
    expect(codes.filter((code) => !cases.has(code) && !mentions(texts, code))).toEqual([]);
  });
});

describe('the documents', () => {
  const documents = [
    ...filesBelow('docs').filter((path) => path.endsWith('.md')),
    ...readdirSync(REPOSITORY).filter((name) => name.endsWith('.md')),
  ];
  const withoutCode = (text: string): string => text.replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const anchorsOf = (path: string): string[] =>
    [...read(path).matchAll(/^#+ +(.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    );

  it('link only to files and sections that exist', () => {
    const broken = documents.flatMap((path) =>
      [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)[^)]*\)/g)].flatMap(([, target = '']) => {
        if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
        const [file = '', anchor] = target.split('#');
        const to =
          file === ''
            ? path
            : relative(REPOSITORY, join(REPOSITORY, dirname(path), decodeURIComponent(file)))
                .split(sep)
                .join('/');
        const found = existsSync(join(REPOSITORY, to)) && (anchor === undefined || !to.endsWith('.md') || anchorsOf(to).includes(anchor));
        return found ? [] : [`${path}: ${target}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});

describe('the repository', () => {
  it('names only things that exist in the list of packed files', () => {
    // The parts of package.json that are read here.
    const manifest = JSON.parse(read('package.json')) as {
      readonly files: readonly string[];
      readonly bin: Readonly<Record<string, string>>;
    };
    // `dist` is written by the build.
    expect(manifest.files.filter((path) => path !== 'dist' && !existsSync(join(REPOSITORY, path)))).toEqual([]);
    const packed = (path: string): boolean => manifest.files.some((entry) => path === entry || path.startsWith(`${entry}/`));
    expect([...Object.values(manifest.bin), 'dist/main.js', 'docs/errors', 'schemas', 'templates'].filter((path) => !packed(path))).toEqual(
      [],
    );
  });

  it('has a lock file that fits any registry', () => {
    expect(findPlaces(['package-lock.json'], /"resolved":/)).toEqual([]);
  });

  it('has a lock file for every platform', () => {
    // The parts of the lock file that are read here.
    const lock = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
    };
    const missing = Object.entries(lock.packages).flatMap(([owner, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages || `${owner}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing, 'run node scripts/complete-lock.mjs').toEqual([]);
  });

  it('has no circle of files, also where one is loaded only when it is needed', () => {
    const imports = new Map(
      source.map((path) => {
        const named = [...read(path).matchAll(/(?:\bfrom|\bimport) ?\(?'(\.{1,2}\/[^']+\.ts)'/g)];
        return [
          path,
          new Set(
            named.map(([, to = '']) =>
              relative(REPOSITORY, join(REPOSITORY, dirname(path), to))
                .split(sep)
                .join('/'),
            ),
          ),
        ];
      }),
    );
    expect([...imports.values()].reduce((sum, to) => sum + to.size, 0)).toBeGreaterThan(source.length);
    // What imports nothing that is left is in no circle.
    for (let before = -1; before !== imports.size;) {
      before = imports.size;
      for (const [path, to] of imports) if (![...to].some((each) => imports.has(each))) imports.delete(path);
    }
    expect([...imports.keys()]).toEqual([]);
  });

  it('has exact versions of all packages', () => {
    // The parts of package.json that are read here.
    const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>;
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([, version]) => !/^\d/.test(version));
    expect(ranges).toEqual([]);
  });

  it('holds no path of the machine that it was written on', () => {
    const start = String.raw`(^|[\s"'\`(=:])`;
    const files = [
      ...['src', 'tests', 'scripts', 'bench', 'bin', 'docs', 'templates', '.ci'].flatMap(filesBelow),
      ...readdirSync(REPOSITORY),
    ].filter((path) => /^\.ci\/|\.(ts|mjs|cjs|js|json|md|sql|ya?ml|hbs|html|css)$/.test(path) && path !== 'tests/architecture.test.ts');
    expect(findPlaces(files, new RegExp(`${start}/(root|work)/`))).toEqual([]);
    // In a document such a path is an example.
    const code = files.filter((path) => !path.endsWith('.md'));
    expect(findPlaces(code, new RegExp(String.raw`${start}(/(home|Users)/|[A-Za-z]:\\+Users\\)`))).toEqual([]);
  });
});
