/** Walks the configured folders and says what kind each file is; reads no file. */
import { join, sep } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { comparePaths } from './compare-paths.ts';
import type { DirectoryEntry, FileSystem } from './file-system.ts';
import { projectFileNames } from './find-project.ts';
import type { FileKind, ProjectFile, ProjectPaths } from './project.ts';
import { errorCode, unreadable } from './read-text.ts';

type Role = Exclude<keyof ProjectPaths, 'target'>;

/** Which file extensions (lower case) mean what under each kind of folder. */
const kinds: Readonly<Record<Role, Readonly<Record<string, FileKind>>>> = {
  models: { sql: 'model', yml: 'properties', yaml: 'properties' },
  seeds: { csv: 'seed', tsv: 'seed', yml: 'properties', yaml: 'properties' },
  tests: { sql: 'singular-test', yml: 'properties', yaml: 'properties' },
  macros: { sql: 'macro', js: 'js-macro', yml: 'properties', yaml: 'properties' },
  docs: { md: 'docs' },
  snapshots: { yml: 'properties', yaml: 'properties' },
};
export const roles: readonly Role[] = ['models', 'seeds', 'tests', 'macros', 'docs', 'snapshots'];

/** Property files that may stand beside project.yaml. */
const rootFiles = ['selectors.yaml', 'selectors.yml'];

/** A configured folder and what it may hold. `path` is relative to the root; empty for the root itself. */
interface Base {
  readonly path: string;
  readonly role: Role;
}

export interface DiscoveredFiles {
  readonly files: readonly ProjectFile[];
  /** Folders below a configured one, relative to the root: they tell a config word from a folder of that name. */
  readonly folders: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Walk {
  readonly root: string;
  readonly realRoot: string;
  readonly files: FileSystem;
  readonly bases: readonly Base[];
  readonly targetPath: string;
  readonly found: ProjectFile[];
  readonly folders: Set<string>;
  readonly diagnostics: Diagnostic[];
}

/** Finds every file below the configured folders, sorted by path. Hidden files, node_modules and the target path are passed over. */
export function discoverFiles(root: string, paths: ProjectPaths, files: FileSystem): DiscoveredFiles {
  const bases = roles.flatMap((role) => paths[role].map((path): Base => ({ path: path === '.' ? '' : path, role })));
  const walk: Walk = {
    root,
    realRoot: files.realPath(root),
    files,
    bases,
    targetPath: paths.target,
    found: [],
    folders: new Set(),
    diagnostics: [],
  };
  const outermost = [...new Set(bases.map((base) => base.path))].filter((path) => !bases.some((other) => isBelow(path, other.path)));
  outermost.sort(comparePaths);
  for (const path of outermost) walkBase(walk, path);
  for (const name of rootFiles) takeRootFile(walk, name);
  return { files: walk.found, folders: walk.folders, diagnostics: walk.diagnostics };
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && (folder === '' || path.startsWith(`${folder}/`));
}

function walkBase(walk: Walk, path: string): void {
  const absolute = join(walk.root, path);
  try {
    if (walk.files.stat(absolute)?.kind !== 'directory') return;
    const real = walk.files.realPath(absolute);
    if (real !== walk.realRoot && !real.startsWith(walk.realRoot + sep)) {
      walk.diagnostics.push(diagnose('link-outside-project', { path }, at(path)));
      return;
    }
    walkFolder(walk, path, activeBases(walk, path), [real]);
  } catch (thrown) {
    walk.diagnostics.push(unreadable(path, thrown));
  }
}

/** Such a file is read even where no configured folder holds it. */
function takeRootFile(walk: Walk, name: string): void {
  if (walk.found.some(({ path }) => path === name)) return;
  try {
    if (walk.files.stat(join(walk.root, name))?.kind === 'file') followLink(walk, name, [{ path: '', role: 'models' }], []);
  } catch (thrown) {
    walk.diagnostics.push(unreadable(name, thrown));
  }
}

/** The bases that a folder lies in, the innermost first. */
function activeBases(walk: Walk, folder: string): readonly Base[] {
  return walk.bases.filter((base) => base.path === folder || isBelow(folder, base.path)).sort((a, b) => b.path.length - a.path.length);
}

function walkFolder(walk: Walk, folder: string, bases: readonly Base[], ancestors: readonly string[]): void {
  let entries: readonly DirectoryEntry[];
  try {
    entries = walk.files.list(join(walk.root, folder));
  } catch (thrown) {
    walk.diagnostics.push(unreadable(folder, thrown));
    return;
  }
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of sorted) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.kind === 'file') takeFile(walk, path, entry.name, bases);
    else if (entry.kind === 'directory') enterFolder(walk, path, bases, ancestors);
    else if (entry.kind === 'link') followLink(walk, path, bases, ancestors);
    else if (isOfModels(bases)) walk.diagnostics.push(diagnose('unused-file', { path }, at(path)));
  }
}

function enterFolder(walk: Walk, path: string, bases: readonly Base[], ancestors: readonly string[]): void {
  if (path === walk.targetPath) return;
  walk.folders.add(path);
  const deeper = walk.bases.some((base) => base.path === path) ? activeBases(walk, path) : bases;
  walkFolder(walk, path, deeper, ancestors);
}

/** A link is followed while it stays in the project and does not lead into a folder that it is in. */
function followLink(walk: Walk, path: string, bases: readonly Base[], ancestors: readonly string[]): void {
  try {
    const absolute = join(walk.root, path);
    const stat = walk.files.stat(absolute);
    if (stat === undefined) {
      walk.diagnostics.push(diagnose('link-broken', { path }, at(path)));
      return;
    }
    const real = walk.files.realPath(absolute);
    if (real !== walk.realRoot && !real.startsWith(walk.realRoot + sep)) {
      walk.diagnostics.push(diagnose('link-outside-project', { path }, at(path)));
    } else if (stat.kind === 'file') {
      takeFile(walk, path, path.slice(path.lastIndexOf('/') + 1), bases);
    } else if (stat.kind === 'directory') {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      const within = [walk.files.realPath(join(walk.root, parent)), ...ancestors];
      if (within.some((folder) => folder === real || folder.startsWith(real + sep))) {
        walk.diagnostics.push(diagnose('link-loop', { path }, at(path)));
      } else enterFolder(walk, path, bases, [...within, real]);
    }
  } catch (thrown) {
    walk.diagnostics.push(errorCode(thrown) === 'ELOOP' ? diagnose('link-loop', { path }, at(path)) : unreadable(path, thrown));
  }
}

function takeFile(walk: Walk, path: string, name: string, bases: readonly Base[]): void {
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  for (const base of bases) {
    const kind = isFixture(path, extension, base) ? 'fixture' : kinds[base.role][extension];
    if (kind === undefined) continue;
    if (kind === 'properties' && projectFileNames.some((file) => file === path)) return;
    walk.found.push({ kind, path, base: base.path });
    return;
  }
  if (isOfModels(bases)) walk.diagnostics.push(diagnose('unused-file', { path }, at(path)));
}

/** Where somebody may take a file that nothing reads for one that is read. */
function isOfModels(bases: readonly Base[]): boolean {
  return bases.some(({ role }) => role === 'models' || role === 'snapshots');
}

/** Below the folder of tests, `fixtures` holds rows for unit tests. */
function isFixture(path: string, extension: string, { path: folder, role }: Base): boolean {
  const fixtures = folder === '' ? 'fixtures/' : `${folder}/fixtures/`;
  return role === 'tests' && (extension === 'csv' || extension === 'sql') && path.startsWith(fixtures);
}

function at(path: string): { readonly span: { readonly path: string; readonly start: number; readonly end: number } } {
  return { span: { path, start: 0, end: 0 } };
}
