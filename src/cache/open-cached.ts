/** Opens files of the cache, none of which has to be there, or to be readable. */
import type { FileSystem, OpenFile } from '../project/file-system.ts';
import { damaged } from './damaged.ts';

/** The file; undefined where it cannot be opened. What cannot be read of it afterwards is damage like any other. */
export function openCached(files: FileSystem, path: string): OpenFile | undefined {
  const file = openIfThere(files, path);
  if (file === undefined) return undefined;
  const read = (position: number, length: number): Uint8Array<ArrayBuffer> => {
    try {
      return file.read(position, length);
    } catch (cause) {
      // A folder in its place, a disk that fails, a server that forgot the file.
      if (cause instanceof Error && 'code' in cause) damaged(`${path}: ${cause.message}`);
      throw cause;
    }
  };
  return { size: file.size, read, close: file.close };
}

function openIfThere(files: FileSystem, path: string): OpenFile | undefined {
  try {
    return files.open(path);
  } catch {
    // Not there, or not to be read: then it is made anew, and if that fails too, the command does without.
    return undefined;
  }
}
