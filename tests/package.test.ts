import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram, tempFolder } from './support/tx.ts';
import type { TxResult } from './support/tx.ts';

const WINDOWS = process.platform === 'win32';

/** Runs npm, which must succeed, and returns what it wrote. */
async function npm(args: readonly string[], cwd: string): Promise<string> {
  const result = await runProgram(WINDOWS ? 'npm.cmd' : 'npm', args, { cwd });
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
  return result.stdout;
}

function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}

describe('the package, installed in an empty folder', () => {
  const home = tempFolder();
  const installed = join(home, 'node_modules', 'tx-sql');
  // The parts of package.json that are read here.
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const tx = (args: readonly string[], cwd: string): Promise<TxResult> =>
    runProgram(join(home, 'node_modules', '.bin', WINDOWS ? 'tx.cmd' : 'tx'), args, { cwd });

  beforeAll(async () => {
    await npm(['pack', '--pack-destination', home], REPOSITORY);
    const [archive = ''] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${archive}`], home);
  }, 300_000);

  it('brings the engine and nothing else', () => {
    const names = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    // `detect-libc` comes with the driver, which picks its native part by it.
    expect(names.sort()).toEqual(['@duckdb', 'detect-libc', 'tx-sql']);
    // The driver's own JavaScript is part of the bundle, and must be that of the native part.
    expect(manifest.dependencies).toEqual({ '@duckdb/node-bindings': manifest.devDependencies['@duckdb/node-api'] });
  });

  it('holds the program, its documents and what `tx init` copies, and no sources', () => {
    for (const path of [
      'bin/tx.cjs',
      'dist/main.js',
      'dist/third-party-licences.txt',
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'LICENSE',
    ]) {
      expect(existsSync(join(installed, path)), path).toBe(true);
    }
    for (const folder of ['docs', 'schemas', 'templates']) {
      expect(filesBelow(join(installed, folder)).sort(), folder).toEqual(filesBelow(join(REPOSITORY, folder)).sort());
    }
    expect(filesBelow(installed).filter((path) => /\.tsx?$|\.test\.|^(src|tests|scripts|bench)\//.test(path))).toEqual([]);
  });

  it('has pages whose links lead somewhere in it, but for source code and the example project', () => {
    const ofClone = /^(?:src|tests|scripts|bench|models|seeds|macros|data|doc_blocks)(?:\/|$)|^(?:project\.yaml|oxlint\.config\.mjs)$/;
    const aboutProgram = /^(?:README|CONTRIBUTING|docs\/(?:architecture|adding-an-engine|decisions\/[\w-]+))\.md$/;
    const dead: string[] = [];
    let checked = 0;
    for (const page of filesBelow(installed).filter((path) => path.endsWith('.md') && !path.startsWith('templates/'))) {
      for (const [, link = ''] of readFileSync(join(installed, page), 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        checked += 1;
        const target = posix.normalize(posix.join(posix.dirname(page), link));
        if (!existsSync(join(installed, target)) && !(aboutProgram.test(page) && ofClone.test(target))) dead.push(`${page}: ${link}`);
      }
    }
    expect(dead).toEqual([]);
    expect(checked).toBeGreaterThan(500);
  });

  it('tells its version', async () => {
    expect(await tx(['--version'], home)).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('explains an error code', async () => {
    const [page = ''] = readdirSync(join(installed, 'docs', 'errors'));
    const result = await tx(['explain', page.replace(/\.md$/, '')], home);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain(page.replace(/\.md$/, ''));
  });

  it('makes a project and builds it', async () => {
    const made = await tx(['init', 'demo'], home);
    expect(made.code, `${made.stdout}\n${made.stderr}`).toBe(0);
    const built = await tx(['build'], join(home, 'demo'));
    expect(built.code, `${built.stdout}\n${built.stderr}`).toBe(0);
  });

  it('names the package that tells columns while PostgreSQL is away', async () => {
    const folder = join(home, 'away');
    mkdirSync(join(folder, 'models'), { recursive: true });
    writeFileSync(
      join(folder, 'project.yaml'),
      'name: away\ntargets:\n  dev: { type: postgres, schema: main, host: 127.0.0.1, port: 1, user: x }\n',
    );
    writeFileSync(join(folder, 'models', 'one.sql'), 'select 1 as id\n');
    const { code, stderr } = await tx(['compile'], folder);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/columns are not looked at: [^]*127\.0\.0\.1:1/);
    expect(stderr).toContain('npm install @electric-sql/pglite');
  });
});
