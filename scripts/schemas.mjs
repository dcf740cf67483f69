// Writes schemas/*.schema.json. `--check` writes nothing and fails when a file is not current.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'schemas-'));

try {
  const outfile = join(folder, 'render.mjs');
  await build({
    entryPoints: [join(root, 'scripts/render-schemas.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const { renderSchemas } = await import(pathToFileURL(outfile).href);
  mkdirSync(join(root, 'schemas'), { recursive: true });
  for (const [name, text] of Object.entries(renderSchemas())) {
    const path = join(root, 'schemas', name);
    if (!process.argv.includes('--check')) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`schemas/${name} is not current: run node scripts/schemas.mjs`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
