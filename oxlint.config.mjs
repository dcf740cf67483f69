/**
 * The rules of the house. oxlint does not find this file by itself: always run it by `npm run lint` or with
 * `-c oxlint.config.mjs`. `tests/architecture.test.ts` plants a bad file for each rule that must not go silent.
 */

/** The folders of src/, in order: a folder imports, values and types alike, only from folders before it. */
export const layers = [
  'diagnostics',
  'intervals',
  'adapter',
  'project',
  'parse',
  'format',
  'checks',
  'compile',
  'graph',
  'cache',
  'analyze',
  'compare',
  'lint',
  'generate',
  'state',
  'plan',
  'execute',
  'report',
  'docs',
  'watch',
  'cli',
];

/** What a folder of src/adapters/ may import besides its own files and its driver. */
const adapterMayImport = ['diagnostics', 'adapter'];

/** Folders that compute only: what they need of files, clock or database is handed to them. */
const pure = [
  'diagnostics',
  'intervals',
  'adapter',
  'parse',
  'format',
  'checks',
  'compile',
  'graph',
  'lint',
  'generate',
  'plan',
  'report',
  'watch',
];

/** Folders that may print. */
const printing = ['report', 'cli'];

const inputOutput = ['fs', 'fs/promises', 'child_process', 'http', 'https', 'net', 'os', 'process', 'readline', 'worker_threads'];

/** Files in src/ that only tests use. */
const testCode = ['**/*.test.ts', '**/*-fixture.ts'];

/** Matches a relative import that climbs out of its folder into one of `folders`. */
const climbsInto = (folders) => `(^|/)\\.\\./(${folders.join('|')})/`;

function restrictImports(folder, forbidden) {
  const patterns = [{ regex: climbsInto(forbidden), message: `src/${folder}/ may import only from folders before it.` }];
  const message = `src/${folder}/ only computes: what it needs is handed to it.`;
  const paths = pure.includes(folder) ? inputOutput.flatMap((name) => [name, `node:${name}`].map((path) => ({ name: path, message }))) : [];
  return {
    files: [`src/${folder}/**/*.ts`],
    excludeFiles: testCode,
    rules: { 'no-restricted-imports': ['error', { patterns, paths }] },
  };
}

const layerRules = layers
  .map((folder, at) => ({ folder, later: layers.slice(at + 1) }))
  // Only the command line knows which engines there are.
  .map(({ folder, later }) => ({ folder, forbidden: folder === 'cli' ? later : [...later, 'adapters'] }))
  .filter(({ forbidden }) => forbidden.length > 0)
  .map(({ folder, forbidden }) => restrictImports(folder, forbidden));

const adapterRule = restrictImports(
  'adapters',
  layers.filter((folder) => !adapterMayImport.includes(folder)),
);

function engineRule(files, others) {
  const [, { patterns, paths }] = adapterRule.rules['no-restricted-imports'];
  const message = 'An engine does not know the others.';
  return {
    files: [files],
    excludeFiles: testCode,
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, { regex: others, message }], paths }] },
  };
}

const limits = (lines) => ({
  'max-lines': ['error', { max: lines, skipBlankLines: true, skipComments: true }],
});

// `import` and `vitest` are off until named; naming any plugin turns the default ones off.
const plugins = ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'];

export default {
  plugins,
  categories: { correctness: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  env: { node: true, es2023: true },
  ignorePatterns: ['dist/', 'coverage/', 'target/', 'templates/', 'macros/', 'tests/cases/', 'tests/real/*/'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-self-import': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'no-console': 'error',
    'no-var': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
    eqeqeq: 'error',
    'prefer-const': 'error',
    // What is aimed at is less (60 lines, 4 parameters, complexity 12, depth 3); these stop what got out of hand.
    'max-params': ['error', { max: 5 }],
    'max-depth': ['error', { max: 5 }],
    'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
    complexity: ['error', { max: 25 }],
    ...limits(300),
    // Code points are what is meant by spreading a string.
    'typescript/no-misused-spread': 'off',
    // `then` is a word of the template language.
    'unicorn/no-thenable': 'off',
  },
  overrides: [
    ...layerRules,
    adapterRule,
    // Out of its own folder an engine climbs only to what is no engine: as far as from a file of its, or of a folder in it.
    ...[engineRule('src/adapters/*/*.ts', '^\\.\\./[^.]'), engineRule('src/adapters/*/*/*.ts', '^\\.\\./\\.\\./[^.]')],
    {
      files: ['src/**/*.ts'],
      excludeFiles: [...testCode, 'src/cli/**', 'src/adapters/**', 'src/project/disk.ts'],
      rules: {
        'no-restricted-globals': ['error', { name: 'process', message: 'Only the command line and the ports touch the process.' }],
      },
    },
    { files: [...printing.map((folder) => `src/${folder}/**`), 'scripts/**', 'bench/**', 'bin/**'], rules: { 'no-console': 'off' } },
    {
      // A command names the type of a module that it loads on demand, and no folder comes after this one.
      files: ['src/cli/**'],
      rules: { 'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }] },
    },
    {
      files: [...testCode, 'tests/**', 'scripts/**', 'bench/**'],
      rules: {
        ...limits(600),
        'max-lines-per-function': 'off',
        'max-params': 'off',
        complexity: 'off',
        'typescript/no-base-to-string': 'off',
        'typescript/require-array-sort-compare': 'off',
        'typescript/restrict-template-expressions': 'off',
        'vitest/expect-expect': 'off',
        'vitest/no-conditional-expect': 'off',
        'vitest/no-focused-tests': 'error',
        'vitest/no-standalone-expect': 'off',
        'vitest/require-to-throw-message': 'off',
        'vitest/valid-expect': 'off',
      },
    },
    { files: ['*.config.{ts,mjs}'], rules: { 'import/no-default-export': 'off' } },
  ],
};
