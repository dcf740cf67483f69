/** Files as rows of numbers: how each looked on disk, and where its text and its facts are. */
import type { CompiledFile } from '../compile/compiled-file.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Column } from './column.ts';
import type { ColumnSet, Table } from './column-set.ts';
import type { Segments } from './segments.ts';
import { noBlob } from './segments.ts';
import type { Digest } from './digest.ts';
import { digestOf, noDigest } from './digest.ts';
import type { Stamp } from './stamp.ts';
import type { TextTable } from './text-table.ts';
import { noText } from './text-table.ts';

const fileKinds = [
  'gone',
  'model',
  'properties',
  'macro',
  'js-macro',
  'seed',
  'singular-test',
  'fixture',
  'docs',
  'project',
] as const satisfies readonly ('gone' | CompiledFile['kind'])[];
const goneFile = 0;

const fileLayout = {
  kind: 'u8',
  path: 'i32',
  base: 'i32',
  size: 'f64',
  mtime: 'f64',
  ctime: 'f64',
  inode: 'f64',
  /** Its text, problems and whatever else only few files have. */
  text: 'f64',
  extra: 'f64',
  /** A hash of its path and text. */
  digest0: 'i32',
  digest1: 'i32',
  digest2: 'i32',
  digest3: 'i32',
  isRepeated: 'u8',
  facts: 'i32',
  factCount: 'i32',
  asks: 'i32',
  askCount: 'i32',
  nodes: 'i32',
  nodeCount: 'i32',
} as const;

export class FileRows {
  readonly files: Table<typeof fileLayout>;
  readonly #texts: TextTable;
  readonly #segments: Segments;
  /** Rows by path, made when many are looked for. */
  #byPath: Map<number, number> | undefined;
  #searches = 0;

  constructor(set: ColumnSet, texts: TextTable, segments: Segments) {
    this.files = set.table('file', fileLayout);
    this.#texts = texts;
    this.#segments = segments;
  }

  get count(): number {
    return this.files.count;
  }

  isGone(row: number): boolean {
    return this.files.columns.kind.get(row) === goneFile;
  }

  /** Whether it is project.yaml, which is compiled for its hooks. */
  isSettings(row: number): boolean {
    return this.files.columns.kind.get(row) === fileKinds.indexOf('project');
  }

  /** Whether a file has to be compiled although it is as it was. */
  hasRepeated(): boolean {
    const { numbers, count } = this.files.columns.isRepeated;
    return numbers.subarray(0, count).includes(1);
  }

  stampOf(row: number): Stamp {
    const { size, mtime, ctime, inode } = this.files.columns;
    return { size: size.get(row), mtimeMs: mtime.get(row), ctimeMs: ctime.get(row), inode: inode.get(row) };
  }

  pathOf(row: number): string {
    return this.#texts.get(this.files.columns.path.get(row));
  }

  fileOf(row: number): CompiledFile {
    const kind = fileKinds[this.files.columns.kind.get(row)] ?? bug(`there is no file in row ${row}`);
    if (kind === 'gone') bug(`the file in row ${row} is gone`);
    return { kind, path: this.pathOf(row), base: this.#texts.get(this.files.columns.base.get(row)) };
  }

  /** The row of a path; undefined where there is no such file. */
  find(path: string): number | undefined {
    const row = this.#rowOf(this.#texts.find(path));
    return row === undefined || this.isGone(row) ? undefined : row;
  }

  /** A search reads all numbers, which is quick; only where there are many of them it is not. */
  #rowOf(path: number): number | undefined {
    if (path === noText) return undefined;
    const { numbers, count } = this.files.columns.path;
    this.#searches += 1;
    if (this.#searches > 100) {
      this.#byPath ??= new Map(Array.from({ length: count }, (_, row) => [numbers[row] ?? noText, row]));
      return this.#byPath.get(path);
    }
    const row = numbers.subarray(0, count).indexOf(path);
    return row < 0 ? undefined : row;
  }

  /** The row for a file, made if there is none. */
  rowFor(file: CompiledFile): number {
    const path = this.#texts.intern(file.path);
    const found = this.#rowOf(path);
    const kind = fileKinds.indexOf(file.kind);
    const base = this.#texts.intern(file.base);
    if (found !== undefined) {
      this.files.columns.kind.set(found, kind);
      this.files.columns.base.set(found, base);
      return found;
    }
    const row = this.files.add({ ...emptyFile, kind, path, base });
    this.#byPath?.set(path, row);
    return row;
  }

  setStamp(row: number, { size, mtimeMs, ctimeMs, inode }: Stamp): void {
    const { columns } = this.files;
    columns.size.set(row, size);
    columns.mtime.set(row, mtimeMs);
    columns.ctime.set(row, ctimeMs);
    columns.inode.set(row, inode);
  }

  /** Takes a file away. */
  remove(row: number): void {
    const { columns } = this.files;
    columns.kind.set(row, goneFile);
    this.#setDigest(row, noDigest);
    columns.text.set(row, noBlob);
    columns.extra.set(row, noBlob);
    columns.isRepeated.set(row, 0);
  }

  setText(row: number, text: string | undefined): void {
    const { text: column } = this.files.columns;
    column.set(row, text === undefined ? noBlob : this.#segments.put(text, column.get(row)));
    this.#setDigest(row, text === undefined ? noDigest : digestOf(this.pathOf(row), text));
  }

  #setDigest(row: number, [first, second, third, fourth]: Digest): void {
    const { digest0, digest1, digest2, digest3 } = this.files.columns;
    digest0.set(row, first);
    digest1.set(row, second);
    digest2.set(row, third);
    digest3.set(row, fourth);
  }

  /** One hash over all files that have a text. */
  get digest(): Digest {
    const { digest0, digest1, digest2, digest3 } = this.files.columns;
    return [fold(digest0), fold(digest1), fold(digest2), fold(digest3)];
  }

  textOf(row: number): string | undefined {
    const reference = this.files.columns.text.get(row);
    return reference === noBlob ? undefined : this.#segments.get(reference);
  }

  setExtra(row: number, json: string | undefined): void {
    const { extra } = this.files.columns;
    extra.set(row, json === undefined ? noBlob : this.#segments.put(json, extra.get(row)));
  }

  extraOf(row: number): string | undefined {
    const reference = this.files.columns.extra.get(row);
    return reference === noBlob ? undefined : this.#segments.get(reference);
  }
}

function fold({ numbers, count }: Column<'i32'>): number {
  let folded = 0;
  for (let row = 0; row < count; row += 1) folded ^= numbers[row] ?? 0;
  return folded;
}

const emptyFile = {
  kind: goneFile,
  path: noText,
  base: noText,
  size: 0,
  mtime: 0,
  ctime: 0,
  inode: 0,
  text: noBlob,
  extra: noBlob,
  digest0: 0,
  digest1: 0,
  digest2: 0,
  digest3: 0,
  isRepeated: 0,
  facts: 0,
  factCount: 0,
  asks: 0,
  askCount: 0,
  nodes: 0,
  nodeCount: 0,
} as const;
