/** The port through which every stage reads and writes files. */

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Synchronous on purpose: for thousands of small files the asynchronous calls cost eight times the CPU. */
export interface FileSystem {
  readonly readBytes: (path: string) => Uint8Array;
  /** The content piece by piece, so that a large file is never held as a whole. A piece is good until the next one is asked for. */
  readonly chunks: (path: string) => Iterable<Uint8Array>;
  readonly list: (path: string) => readonly DirectoryEntry[];
  /** Follows links. Undefined when nothing is there. */
  readonly stat: (path: string) => FileStat | undefined;
  readonly realPath: (path: string) => string;
  /**
   * Writes by a temporary file and a rename, making folders as needed: readers see the old or the new file.
   * A list of texts is written as one, piece by piece.
   */
  readonly writeAtomic: (path: string, content: string | Uint8Array | Iterable<string>) => void;
  readonly removeFolder: (path: string) => void;
}
