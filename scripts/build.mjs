/**
 * Bundles src/cli/main.ts into dist/. Files that have not changed are not touched and the others are replaced
 * at once, so programs that are running from dist/ while it is built again see no half-written file.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Packages that users install; all others become part of the bundle. */
const installed = Object.keys(manifest.dependencies);

/** Bundled CommonJS packages call `require` for Node's own modules and look for files beside them; an ES module has neither word. */
const banner = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('\n');

/** Files that bundled packages read from the folder of their code, by package. */
const companions = { 'libpg-query': ['wasm/libpg-query.wasm'] };

/** Native parts that packages try to load and do without. */
const withoutNative = {
  name: 'without-native',
  setup(build) {
    build.onResolve({ filter: /^pg-native$/ }, ({ path }) => ({ path, namespace: 'absent' }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
      contents: `throw new Error('${path} is not part of this program');`,
    }));
  },
};

/** Every import that the bundle leaves open must be there after `npm install`. */
function refuseUnknownImports(outputs) {
  const known = new Set([...installed, ...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
  const open = Object.values(outputs).flatMap((output) => output.imports.filter((entry) => entry.external).map((entry) => entry.path));
  const unknown = [...new Set(open)].filter((path) => !known.has(path));
  if (unknown.length > 0) throw new Error(`the bundle would import packages that users do not have: ${unknown.join(', ')}`);
}

/** What the documentation site loads into browsers; the program reads these files and copies them. */
async function bundleSite() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { site: 'src/docs/client/main.ts', style: 'src/docs/client/site.css' },
    outdir: join(root, 'dist'),
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return result.outputFiles.map(({ path, contents }) => [
    basename(path) === 'style.css' ? 'site.css' : basename(path),
    Buffer.from(contents),
  ]);
}

/** The folder of the package that an input comes from, or undefined for our own code. */
function packageFolder(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const segments = input.slice(at).split('/');
  return input.slice(0, at) + segments.slice(0, segments[1].startsWith('@') ? 3 : 2).join('/');
}

/** The companions of the packages that the code came from, by name in the output. */
function companionFiles(inputs) {
  const folders = [...new Set(Object.keys(inputs).map(packageFolder))].filter((folder) => folder !== undefined);
  return folders.flatMap((folder) => {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return (companions[name] ?? []).map((path) => [basename(path), readFileSync(join(root, folder, path))]);
  });
}

/** The licences of the bundled packages, which their terms ask us to ship. */
function renderLicences(inputs) {
  const folders = [...new Set(Object.keys(inputs).map(packageFolder))].filter((folder) => folder !== undefined).sort();
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return `Packages that are part of this bundle, with their licences.\n\n${texts.join('\n----\n\n')}`;
}

/** Stands in the bundle where {@link stampBuild} puts what tells this bundle from others; it has the same length. */
const buildPlaceholder = 'the-build-has-not-been-stamped--';

/** Puts a hash of all code in the place of the placeholder: what one build leaves behind, another does not read. */
function stampBuild(files) {
  const hash = createHash('sha256');
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) if (name.endsWith('.js')) hash.update(name).update(bytes);
  const id = hash.digest('hex').slice(0, buildPlaceholder.length);
  for (const [name, bytes] of files) {
    const at = name.endsWith('.js') ? bytes.indexOf(buildPlaceholder) : -1;
    if (at >= 0) bytes.write(id, at, 'latin1');
  }
}

function unchanged(path, bytes) {
  try {
    return bytes.equals(readFileSync(path));
  } catch (cause) {
    if (cause.code === 'ENOENT') return false;
    throw cause;
  }
}

function writeOutputs(outdir, files) {
  mkdirSync(outdir, { recursive: true });
  // The entry goes last: when it appears, the chunks that it names are there.
  const chunksFirst = [...files].sort(([a], [b]) => Number(a === 'main.js') - Number(b === 'main.js'));
  for (const [name, bytes] of chunksFirst) {
    const path = join(outdir, name);
    if (unchanged(path, bytes)) continue;
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  }
  const names = new Set([...files.keys(), 'help.txt']);
  for (const stale of readdirSync(outdir).filter((name) => !names.has(name) && !name.endsWith('.tmp'))) {
    rmSync(join(outdir, stale), { recursive: true, force: true });
  }
}

/** Bundles `entry` into `outdir` and tells how many bytes the code has. */
export async function bundle(entry, outdir) {
  statSync(entry);
  const result = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    write: false,
    metafile: true,
    // What a command needs is loaded when the command runs: each `import()` stays a file of its own.
    splitting: true,
    // All files lie side by side, so that a path relative to `import.meta.url` means the same in each of them.
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // The ES form of a package comes first where there is one; it can be shaken.
    mainFields: ['module', 'main'],
    external: installed,
    plugins: [withoutNative],
    banner: { js: banner },
    define: { TX_BUILD: JSON.stringify(buildPlaceholder) },
    legalComments: 'none',
    // Less text to parse at every start; names stay, so that a stack can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  refuseUnknownImports(result.metafile.outputs);
  const files = new Map(result.outputFiles.map((file) => [relative(outdir, file.path), Buffer.from(file.contents)]));
  for (const [name, bytes] of companionFiles(result.metafile.inputs)) files.set(name, bytes);
  for (const [name, bytes] of await bundleSite()) files.set(name, bytes);
  stampBuild(files);
  files.set('third-party-licences.txt', Buffer.from(renderLicences(result.metafile.inputs)));
  writeOutputs(outdir, files);
  if (relative(root, entry) === join('src', 'cli', 'main.ts')) writeHelp(outdir);
  return [...files].filter(([name]) => name.endsWith('.js') && name !== 'site.js').reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

/** Lets the program print its own help once, so that `tx --help` has nothing to load. */
function writeHelp(outdir) {
  const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1' };
  const help = execFileSync(process.execPath, [join(outdir, 'main.js'), '--help'], { env, encoding: 'utf8' });
  const path = join(outdir, 'help.txt');
  if (!existsSync(path) || readFileSync(path, 'utf8') !== help) writeFileSync(path, help);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry = join(root, 'src/cli/main.ts'), outdir = join(root, 'dist')] = process.argv.slice(2);
  const start = performance.now();
  try {
    const size = await bundle(entry, outdir);
    console.log(`built ${outdir}: ${Math.round(size / 1024)} kB in ${Math.round(performance.now() - start)} ms`);
  } catch (cause) {
    // esbuild has printed its errors with their places.
    console.error(Array.isArray(cause.errors) ? cause.message.split('\n')[0] : cause);
    process.exitCode = 1;
  }
}
