/** The port through which every stage reads and writes files. */

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

export interface FileStat {
  readonly size: number;
  /** When the content changed last, and when anything about the file did. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** What the file system calls the file, whatever its path. */
  readonly inode: number;
  readonly kind: 'file' | 'directory' | 'other';
}

/** A file that is read in pieces. It can be read to its end although somebody replaces or removes it. */
export interface OpenFile {
  readonly size: number;
  /** The bytes from `position` on: `length` of them, or fewer where the file ends before. */
  readonly read: (position: number, length: number) => Uint8Array<ArrayBuffer>;
  readonly close: () => void;
}

/** A file in the making: nobody finds it before it is kept. What was written can be read back. */
export interface NewFile extends OpenFile {
  /** Puts bytes at the end. */
  readonly write: (bytes: Uint8Array) => void;
  /** The time that the file system gave to the latest change. */
  readonly mtimeMs: () => number;
  /** Gives the file its name, in the place of one that has it. It stays open. */
  readonly keep: () => void;
  /** Closes the file and removes it unless it was kept. */
  readonly close: () => void;
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
   * A list of texts is written as one, piece by piece. Throws `NotWritten`.
   */
  readonly writeAtomic: (path: string, content: string | Uint8Array | Iterable<string>) => void;
  /** Removes a file, or a folder with all that is in it. Throws `NotWritten`. */
  readonly remove: (path: string) => void;
  /** Gives a file or folder another name in the same folder; a file in the place of one that has it. Throws `NotWritten`. */
  readonly move: (from: string, to: string) => void;
  /** Gives a file one more name in the same folder, or a copy where the disk knows no such thing. Throws `NotWritten`. */
  readonly link: (path: string, name: string) => void;
  /** Makes a folder and those above it, unless they are there. Throws `NotWritten`. */
  readonly makeFolder: (path: string) => void;
  readonly open: (path: string) => OpenFile;
  /** Starts a file that will have this path, making folders as needed. */
  readonly create: (path: string) => NewFile;
  /** Gives the file that time, in milliseconds, as the one of its latest change. */
  readonly touch: (path: string, timeMs: number) => void;
}

/** The system does not let us write or remove: no right, no room, something in the way. Trouble of the machine, no bug. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten';
  readonly path: string;
  /** The code of the system: `EACCES`. */
  readonly code: string;

  constructor(path: string, code: string, options?: ErrorOptions) {
    super(`${code}: ${path}`, options);
    this.path = path;
    this.code = code;
  }
}
