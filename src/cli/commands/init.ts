/** `tx init`: writes a small project that builds at once. */
import { join, resolve } from 'node:path';
import { bug } from '../../diagnostics/bug.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { shellWord } from '../../diagnostics/pasteable.ts';
import type { FileSystem } from '../../project/file-system.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { displayPath } from '../load-graph.ts';
import type { Screen } from '../screen.ts';

const namePattern = /^[A-Za-z][A-Za-z0-9_]*$/;

/** What differs from engine to engine: files beside those of every project or in their place, and words. */
interface Flavour {
  /** A folder of the package with more files. */
  readonly folder?: string;
  readonly name: string;
  /** For the README of the project: where the tables are. */
  readonly place: string;
  /** What has to be done before the first build. */
  readonly first?: string;
}

const flavours: Readonly<Record<string, Flavour>> = {
  duckdb: {
    name: 'a DuckDB target',
    place: 'Everything runs on this machine; the tables go to the DuckDB file `warehouse.duckdb`.',
  },
  postgres: {
    folder: 'postgres',
    name: 'a PostgreSQL target',
    place: [
      'The tables go to the PostgreSQL database that `DATABASE_URL` names: copy `.env.example` to `.env` and put your server in.',
      'Without a server of your own, `docker compose up -d --wait` starts one on this machine, which the example names already.',
      '`tx debug` tells whether it can be reached.',
    ].join('\n'),
    first: 'cp .env.example .env && docker compose up -d --wait',
  },
};

/** Files below `folder` of the package, with paths relative to it. */
function listTemplate(files: FileSystem, folder: string, prefix = ''): readonly string[] {
  return files.list(join(folder, prefix)).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.kind === 'directory' ? listTemplate(files, folder, path) : [path];
  });
}

/** npm leaves out files called .gitignore when it packs, so the templates' files have no dot before their names. */
const hidden: ReadonlySet<string> = new Set(['gitignore', 'env.example']);

const targetName = (path: string): string => (hidden.has(path) ? `.${path}` : path);

/** Schemas that editors take from the first line of the YAML files; in the project, so that they are found wherever `tx` is installed. */
const schemas = ['schemas/project.schema.json', 'schemas/properties.schema.json'];

/** The name of the project in a folder: `my-shop` holds `my_shop`. */
function projectName(folder: string): string {
  return folder.replaceAll(/[-. ]+/g, '_');
}

export function initCommand(host: Host, screen: Screen, folder: string, engine: string): ExitCode {
  const flavour = flavours[engine] ?? bug(`no project for ${engine}`);
  if (folder === '') throw new Stop(exitCodes.usage, [diagnose('invalid-project-name', { name: folder })]);
  const root = resolve(host.cwd, folder);
  const last = root.split(/[\\/]/).at(-1) ?? '';
  const name = projectName(last);
  if (!namePattern.test(name)) throw new Stop(exitCodes.usage, [diagnose('invalid-project-name', { name: last })]);
  const standing = host.files.stat(root);
  if (standing !== undefined && (standing.kind !== 'directory' || host.files.list(root).length > 0)) {
    throw new Stop(exitCodes.usage, [diagnose('folder-not-empty', { folder })]);
  }
  const sources = new Map<string, string>();
  for (const part of ['init', ...(flavour.folder === undefined ? [] : [flavour.folder])]) {
    const template = join(host.packageRoot, 'templates', part);
    for (const path of listTemplate(host.files, template)) sources.set(path, join(template, path));
  }
  const decoder = new TextDecoder();
  for (const [path, source] of sources) {
    const text = decoder.decode(host.files.readBytes(source));
    const filled = text.replaceAll('__PROJECT_NAME__', name).replaceAll('__DATABASE__', flavour.place);
    host.files.writeAtomic(join(root, targetName(path)), filled);
  }
  for (const path of schemas) host.files.writeAtomic(join(root, path), decoder.decode(host.files.readBytes(join(host.packageRoot, path))));
  const shown = displayPath(host, root);
  const count = (pattern: RegExp): number => [...sources.keys()].filter((path) => pattern.test(path)).length;
  screen.note(`created ${shown}/   ${count(/^models\/.*\.sql$/)} models, ${count(/^seeds\/.*\.csv$/)} seeds, ${flavour.name}`);
  if (name !== last) screen.note(`the project is called ${name}, because names of projects have no hyphens, dots or spaces`);
  screen.note(
    `next:  ${[...(shown === '.' ? [] : [`cd ${shellWord(shown)}`]), ...(flavour.first === undefined ? [] : [flavour.first]), 'tx build'].join(' && ')}`,
  );
  return exitCodes.ok;
}
