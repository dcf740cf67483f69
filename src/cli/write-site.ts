/** Writes the files of a site into its folder, and takes away pages of what is no longer there. */
import { join } from 'node:path';
import { singleFileStart } from '../docs/single-file.ts';
import type { SiteFile } from '../docs/site-input.ts';
import type { DirectoryEntry } from '../project/file-system.ts';
import { NotWritten } from '../project/file-system.ts';
import { errorCode, kindAt } from '../project/read-text.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';
import { readIfAny, warnUnwritten } from './write-artifact.ts';

/** Folders of a site in which nothing but its own pages can be. */
const pageFolders = ['model', 'seed', 'snapshot', 'source', 'exposure', 'test', 'data'] as const;

export interface WrittenSite {
  readonly pages: number;
  readonly bytes: number;
}

/** When a file cannot be written, that is a warning, and the rest is left. */
export function writeSite(
  host: Host,
  screen: Screen,
  folder: { readonly absolute: string; readonly shown: string },
  files: Iterable<SiteFile>,
): WrittenSite | undefined {
  const written = new Set<string>();
  let [pages, bytes] = [0, 0];
  let done = false;
  warnUnwritten(screen, folder.shown, () => {
    for (const { path, text } of files) {
      writeIfOther(host, join(folder.absolute, path), text);
      written.add(path);
      bytes += text.length;
      if (path.endsWith('.html')) pages += 1;
    }
    removeStale(host, folder.absolute, written);
    done = true;
  });
  return done ? { pages, bytes } : undefined;
}

/** Writes the site that is one page. False when it cannot be written, which is a warning. */
export function writeSingleFile(
  host: Host,
  screen: Screen,
  file: { readonly absolute: string; readonly shown: string },
  text: string,
): boolean {
  let done = false;
  warnUnwritten(screen, file.shown, () => {
    host.files.writeAtomic(file.absolute, text);
    done = true;
  });
  return done;
}

/** Takes away the page of an earlier run: it may show what this one leaves out. A file of somebody else stays. */
export function removeSingleFile(
  host: Host,
  screen: Screen,
  { absolute, shown }: { readonly absolute: string; readonly shown: string },
): void {
  const { files } = host;
  // Where its folder is none, that is told already.
  if (kindAt(files, absolute) !== 'file' || !isSingleFile(files, absolute)) return;
  warnUnwritten(screen, shown, () => files.remove(absolute));
}

/** What we may not read is not ours. */
function isSingleFile(files: Host['files'], path: string): boolean {
  try {
    for (const piece of files.chunks(path)) return new TextDecoder().decode(piece.subarray(0, singleFileStart.length)) === singleFileStart;
  } catch (thrown) {
    errorCode(thrown);
  }
  return false;
}

/** To read a page is cheaper than to write it, and what copies the folder elsewhere sees what is new. */
function writeIfOther({ files }: Host, path: string, text: string): void {
  const bytes = Buffer.from(text);
  const before = readIfAny(files, path, bytes.length);
  if (before !== undefined && bytes.equals(before)) return;
  files.writeAtomic(path, text);
}

/** The one page beside them that some sites have and others have not. */
const sometimes = 'changes.html';

function removeStale({ files }: Host, root: string, written: ReadonlySet<string>): void {
  if (!written.has(sometimes) && kindAt(files, join(root, sometimes)) === 'file') files.remove(join(root, sometimes));
  for (const folder of pageFolders) {
    const path = join(root, folder);
    if (kindAt(files, path) !== 'directory') continue;
    for (const { name, kind } of listPages(files, path)) {
      if (kind === 'file' && /\.(?:html|js)$/.test(name) && !written.has(`${folder}/${name}`)) files.remove(join(path, name));
    }
  }
}

/** What a folder hides from us cannot be taken away either. */
function listPages({ list }: Host['files'], path: string): readonly DirectoryEntry[] {
  try {
    return list(path);
  } catch (thrown) {
    throw new NotWritten(path, errorCode(thrown), { cause: thrown });
  }
}
