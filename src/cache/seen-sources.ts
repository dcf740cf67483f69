/** Columns of sources as they stood when somebody looked: what is known of them while their database cannot be opened. */
import { hash } from 'node:crypto';
import type { Column, Relation } from '../adapter/relation.ts';
import type { FileSystem } from '../project/file-system.ts';

export interface SeenSource {
  readonly relation: Relation;
  readonly columns: readonly Column[];
}

export interface SeenSources {
  readonly read: () => readonly SeenSource[];
  /** Puts these in the place of all from before. */
  readonly keep: (sources: readonly SeenSource[]) => void;
}

/** `target` tells the database from others; `build` what writes the file: another build reads it as nothing. */
export function seenSources(
  files: FileSystem,
  folder: string,
  { target, build }: { readonly target: string; readonly build: string },
): SeenSources {
  const path = `${folder}/sources-${hash('sha256', target).slice(0, 12)}.json`;
  const head = `${build}\n`;
  const readText = (): string => {
    try {
      return files.stat(path) === undefined ? '' : new TextDecoder().decode(files.readBytes(path));
    } catch {
      return '';
    }
  };
  return {
    read: () => {
      const text = readText();
      // Replaced as a whole, so what begins like this is what was written below.
      return text.startsWith(head) ? (JSON.parse(text.slice(head.length)) as readonly SeenSource[]) : [];
    },
    keep: (sources) => {
      const plain = sources.map(({ relation, columns }) => ({ relation, columns: columns.map(({ name, type }) => ({ name, type })) }));
      const text = head + JSON.stringify(plain);
      if (text === readText() || (sources.length === 0 && readText() === '')) return;
      try {
        files.writeAtomic(path, text);
      } catch {
        // A read-only checkout, or a full disk: then nothing is known while the database is away.
      }
    },
  };
}
