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

/** Schemas that editors take from the first line of the YAML files; in the project, so that they are found wherever `tx` is installed. */
const schemas = ['schemas/project.schema.json', 'schemas/properties.schema.json'];

/** The name of the project in a folder: `my-shop` holds `my_shop`. */
function projectName(folder: string): string {
  return folder.replaceAll(/[-. ]+/g, '_');
}

export function initCommand(host: Host, screen: Screen, folder: string): ExitCode {
  if (folder === '') throw new Stop(exitCodes.usage, [diagnose('invalid-project-name', { name: folder })]);
  const root = resolve(host.cwd, folder);
  const last = root.split(/[\\/]/).at(-1) ?? '';
  const name = projectName(last);
  if (!namePattern.test(name)) throw new Stop(exitCodes.usage, [diagnose('invalid-project-name', { name: last })]);
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
  for (const path of schemas) host.files.writeAtomic(join(root, path), decoder.decode(host.files.readBytes(join(host.packageRoot, path))));
  const shown = displayPath(host, root);
  const count = (pattern: RegExp): number => paths.filter((path) => pattern.test(path)).length;
  screen.note(`created ${shown}/   ${count(/^models\/.*\.sql$/)} models, ${count(/^seeds\/.*\.csv$/)} seeds, a DuckDB target`);
  if (name !== last) screen.note(`the project is called ${name}, because names of projects have no hyphens, dots or spaces`);
  screen.note(`next:  cd ${shown} && tx build`);
  return exitCodes.ok;
}
