/** Finds out which file a target means, and refuses what cannot hold a database. */
import { createHash, randomUUID } from 'node:crypto';
import { realpathSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ownError } from './errors.ts';

export interface DatabaseLocation {
  /** Real path of the file; undefined for a database in memory. */
  readonly file: string | undefined;
  /** Name of the instance, the same for every path to the same file. */
  readonly key: string;
  /** Folder for data that does not fit into memory. */
  readonly spill: string;
  /** The path as the user wrote it. */
  readonly description: string;
}

/** `path` is relative to the project; `:memory:` is a database of its own each time. */
export function locateDatabase(path: string, projectRoot: string): DatabaseLocation {
  if (path === ':memory:') {
    const id = randomUUID();
    return { file: undefined, key: `:memory:tx-${id}`, spill: join(tmpdir(), `tx-${id}.tmp`), description: path };
  }
  const file = realFile(resolve(projectRoot, path));
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 32);
  return { file, key: `:memory:tx-${hash}`, spill: `${file}.tmp`, description: path };
}

/** Resolves links as far as the path exists already. */
function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realFile(folder), basename(path));
  }
}

/** Numbers by which Linux names its network file systems: NFS, SMB, CIFS, SMB2, AFS, Ceph. */
const networkTypes: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400]);

/** Whether `type`, from `statfs`, is a file system on which locks between machines cannot be trusted. */
export function isNetworkFileSystem(type: number): boolean {
  return networkTypes.has(type >>> 0);
}

/** Refuses a folder on a network file system: two machines could write at once. */
export function checkNetworkFileSystem(folder: string, description: string): void {
  let type: number;
  try {
    type = statfsSync(folder).type;
  } catch {
    return;
  }
  if (isNetworkFileSystem(type)) {
    throw ownError('network-file-system', `${description} is on a network file system, where locks cannot be trusted`);
  }
}
