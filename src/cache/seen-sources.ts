/** Columns of sources as they stood when somebody looked: what is known of them while their database cannot be opened. */
import { hash } from 'node:crypto';
import type { Column, Relation } from '../adapter/relation.ts';
import type { FileSystem } from '../project/file-system.ts';
import { checksum } from './checksum.ts';

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
      const [sum = '', json = ''] = text.startsWith(head) ? text.slice(head.length).split('\n', 2) : [];
      // What has the right sum was written below.
      return json !== '' && sum === sumOf(json) ? (JSON.parse(json) as readonly SeenSource[]) : [];
    },
    keep: (sources) => {
      const plain = sources.map(({ relation, columns }) => ({ relation, columns: columns.map(({ name, type }) => ({ name, type })) }));
      const json = JSON.stringify(plain);
      const text = `${head}${sumOf(json)}\n${json}`;
      if (text === readText() || (sources.length === 0 && readText() === '')) return;
      try {
        files.writeAtomic(path, text);
      } catch {
        // A read-only checkout, or a full disk: then nothing is known while the database is away.
      }
    },
  };
}

const sumOf = (json: string): string => String(checksum(new TextEncoder().encode(json)));
