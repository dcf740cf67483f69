/** `tx init`: writes a small project that builds at once. */
import { join, resolve } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { FileSystem } from '../../project/file-system.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { displayPath } from '../load-graph.ts';
import type { Screen } from '../screen.ts';

const namePattern = /^[A-Za-z][A-Za-z0-9_]*$/;
const placeholder = /__PROJECT_NAME__/g;

/** Files below `folder` of the package, with paths relative to it. */
function listTemplate(files: FileSystem, folder: string, prefix = ''): readonly string[] {
  return files.list(join(folder, prefix)).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.kind === 'directory' ? listTemplate(files, folder, path) : [path];
  });
}

/** npm leaves out files called .gitignore when it packs, so the template's stands under another name. */
function targetName(path: string): string {
  return path === 'gitignore' ? '.gitignore' : path;
}

export function initCommand(host: Host, screen: Screen, folder: string): ExitCode {
  const root = resolve(host.cwd, folder);
  const name = root.split(/[\\/]/).at(-1) ?? '';
  if (!namePattern.test(name)) throw new Stop(exitCodes.usage, [diagnose('invalid-project-name', { name })]);
  const standing = host.files.stat(root);
  if (standing !== undefined && (standing.kind !== 'directory' || host.files.list(root).length > 0)) {
    throw new Stop(exitCodes.usage, [diagnose('folder-not-empty', { folder })]);
  }
  const template = join(host.packageRoot, 'templates', 'init');
  const paths = listTemplate(host.files, template);
  const decoder = new TextDecoder();
  for (const path of paths) {
    const text = decoder.decode(host.files.readBytes(join(template, path))).replace(placeholder, name);
    host.files.writeAtomic(join(root, targetName(path)), text);
  }
  const shown = displayPath(host, root);
  const count = (pattern: RegExp): number => paths.filter((path) => pattern.test(path)).length;
  screen.note(`created ${shown}/   ${count(/^models\/.*\.sql$/)} models, ${count(/^seeds\/.*\.csv$/)} seeds, a DuckDB target`);
  screen.note(`next:  cd ${shown} && tx build`);
  return exitCodes.ok;
}
