/** Tells from what the file system says of a file whether it is still the file that was read. */
import type { FileStat } from '../project/file-system.ts';

export type Stamp = Pick<FileStat, 'size' | 'mtimeMs' | 'ctimeMs' | 'inode'>;

export function isSameFile(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.inode === b.inode;
}

/**
 * Whether every change of the file from `time` on shows. `time` is what the file system called the present before the file
 * was read: a file that was changed in that very tick could be changed once more in it, and look the same.
 */
export function showsChanges({ mtimeMs, ctimeMs }: Stamp, time: number): boolean {
  return mtimeMs < time && ctimeMs < time;
}

/** Times without a fraction of a second may come from a file system that knows none, and keeps even seconds only. */
const coarseTick = 2000;
/** More than a clock of the kernel needs for its next tick. */
const fineTick = 20;

/** How far apart two times have to be to be different in any case. */
export function tickOf({ mtimeMs, ctimeMs }: Stamp): number {
  return mtimeMs % 1000 === 0 && ctimeMs % 1000 === 0 ? coarseTick : fineTick;
}
