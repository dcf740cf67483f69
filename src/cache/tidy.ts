/** Keeps the folder of the cache small: few slots, no files that nobody refers to. */
import type { DirectoryEntry, FileSystem } from '../project/file-system.ts';

/** Slots that are kept: those that were used last. */
const mostSlots = 4;
/** A file that nobody refers to may belong to a process that is about to; after this long it does not. */
const oldMs = 60 * 60 * 1000;

export interface TidyInput {
  readonly folder: string;
  /** The slot that was written now, and the files that it refers to. */
  readonly slot: string;
  readonly used: ReadonlySet<string>;
  /** The present time as the file system tells it. */
  readonly now: number;
}

/** Removes what is not needed any more. What cannot be removed stays. */
export function tidyFolder(files: FileSystem, { folder, slot, used, now }: TidyInput): void {
  const names = namesIn(files, folder);
  const ageOf = (name: string): number => now - (files.stat(`${folder}/${name}`)?.mtimeMs ?? now);
  const slots = names.flatMap((name) => (name.endsWith('.columns') ? [name.slice(0, -'.columns'.length)] : []));
  const others = slots.filter((name) => name !== slot).sort((a, b) => ageOf(`${a}.columns`) - ageOf(`${b}.columns`));
  const dropped = new Set(others.slice(mostSlots - 1));
  for (const name of names) {
    const isLost = name.startsWith(`${slot}-`) && !used.has(name);
    const isHalf = name.startsWith('.') && name.endsWith('.tmp');
    if (dropped.has(slotOf(name)) || ((isLost || isHalf) && ageOf(name) > oldMs)) removeQuietly(files, `${folder}/${name}`);
  }
}

/** `abc.columns`, `abc.changes` and `abc-1234.texts` belong to `abc`. */
function slotOf(name: string): string {
  return /^[0-9a-f]+/.exec(name)?.[0] ?? '';
}

function namesIn(files: FileSystem, folder: string): readonly string[] {
  try {
    return files
      .list(folder)
      .filter((entry: DirectoryEntry) => entry.kind === 'file')
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function removeQuietly(files: FileSystem, path: string): void {
  try {
    files.remove(path);
  } catch {
    // Somebody else has it open, or may not be hindered.
  }
}
