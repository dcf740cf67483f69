/** Finds out where a file of the project can be edited: from the remote that git knows, without its credentials. */
import { dirname, join, relative, sep } from 'node:path';
import type { Host } from './host.ts';

/** How forges name the page on which a file is edited. Of others we do not know. */
const forges: readonly { readonly host: RegExp; readonly edit: string }[] = [
  { host: /(^|\.)github\./, edit: 'edit' },
  { host: /(^|\.)gitlab\./, edit: '-/edit' },
  { host: /(^|\.)bitbucket\./, edit: 'src' },
];

/** Gives the address for a path of the project; undefined outside of a repository, and where its forge is not known. */
export function findRepository({ files }: Pick<Host, 'files'>, root: string): ((path: string) => string) | undefined {
  const top = findTop(files, root);
  if (top === undefined) return undefined;
  const read = (name: string): string => {
    const path = join(top, '.git', name);
    return files.stat(path)?.kind === 'file' ? new TextDecoder().decode(files.readBytes(path)) : '';
  };
  const remote = remoteOf(read('config'));
  const branch = /^ref: refs\/heads\/(\S+)/.exec(read('HEAD'))?.[1];
  if (remote === undefined || branch === undefined) return undefined;
  const forge = forges.find(({ host }) => host.test(remote.host));
  if (forge === undefined) return undefined;
  const folder = relative(top, root).split(sep);
  const words = (path: string): string =>
    path
      .split('/')
      .filter((word) => word !== '')
      .map(encodeURIComponent)
      .join('/');
  const base = `https://${remote.host}/${words(remote.path)}/${forge.edit}/${words(branch)}`;
  return (path) => `${base}/${words([...folder, path].join('/'))}`;
}

function findTop(files: Host['files'], root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    if (files.stat(join(folder, '.git'))?.kind === 'directory') return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** `https://user:secret@host/path.git`, `ssh://git@host:22/path`, `git@host:path`. */
function remoteOf(config: string): { readonly host: string; readonly path: string } | undefined {
  const section = /^\[remote "origin"\]([^[]*)/m.exec(config)?.[1] ?? '';
  const url = /^\s*url\s*=\s*(\S+)/m.exec(section)?.[1] ?? '';
  const match =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([\w.-]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(url) ??
    /^(?:[\w.-]+@)([\w.-]+):(.+?)(?:\.git)?\/?$/.exec(url);
  const [, host, path] = match ?? [];
  return host === undefined || path === undefined ? undefined : { host: host.toLowerCase(), path };
}
