/** Reads a text file of the project: once, whole, as strict UTF-8. */
import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { FileStat, FileSystem } from './file-system.ts';

export const largestTextFile = 1024 * 1024;

/** The text of `path` (relative to `root`) without byte order mark and with LF as line end, or undefined with the reason. */
export function readText(files: FileSystem, root: string, path: string): Outcome<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = files.readBytes(join(root, path));
  } catch (thrown) {
    return { value: undefined, diagnostics: [unreadable(path, thrown)] };
  }
  if (bytes.length > largestTextFile) {
    return {
      value: undefined,
      diagnostics: [diagnose('file-too-large', { path, size: bytes.length, limit: largestTextFile }, at(path, 0))],
    };
  }
  return decodeText(path, bytes);
}

/** C0 controls but tab, line breaks and form feed. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\x00-\x08\x0b\x0e-\x1f]/;

/** Decodes strictly: a wrong byte is reported with its offset and never replaced. Every line of the text ends with LF, however the file has it. */
export function decodeText(path: string, bytes: Uint8Array): Outcome<string | undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = isAscii(buffer);
  if (!ascii && !isUtf8(buffer)) {
    const offset = firstWrongByte(buffer);
    const line = buffer.subarray(0, offset).toString('latin1').split('\n').length;
    const parameters = { path, offset, line, encoding: encodingByMark(buffer) };
    return { value: undefined, diagnostics: [diagnose('not-utf8', parameters, at(path, 0))] };
  }
  const decoded = buffer.toString(ascii ? 'latin1' : 'utf8');
  const marked = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  const text = marked.includes('\r') ? marked.replaceAll(/\r\n?/g, '\n') : marked;
  const control = CONTROL.exec(text);
  if (control === null) return { value: text, diagnostics: [] };
  const codePoint = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return {
    value: undefined,
    diagnostics: [diagnose('control-character', { path, codePoint, ...positionAt(text, control.index) }, at(path, control.index))],
  };
}

function at(path: string, start: number): { readonly span: { readonly path: string; readonly start: number; readonly end: number } } {
  return { span: { path, start, end: start + 1 } };
}

function encodingByMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16 (little endian)';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 (big endian)';
  return undefined;
}

/** Offset of the first byte that makes the text invalid. */
function firstWrongByte(bytes: Buffer): number {
  let offset = 0;
  while (offset < bytes.length) {
    const length = sequenceLength(bytes[offset] ?? 0);
    if (length === 0 || offset + length > bytes.length || !isUtf8(bytes.subarray(offset, offset + length))) return offset;
    offset += length;
  }
  return offset;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied (EACCES)',
  EPERM: 'operation not permitted (EPERM)',
  ENOENT: 'it is not there any more (ENOENT)',
  EISDIR: 'it is a folder (EISDIR)',
  EMFILE: 'too many open files (EMFILE)',
  ENOSPC: 'no space is left on the disk (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
  EROFS: 'the file system is read-only (EROFS)',
  ENOTDIR: 'a part of the path is no folder (ENOTDIR)',
  EEXIST: 'something else stands there (EEXIST)',
};

/** The reason in words of an error of the file system. */
export function reasonOf(thrown: unknown): string {
  const code = errorCode(thrown);
  return reasons[code] ?? code;
}

/** The code of an error of the file system; anything else is a bug and thrown on. */
export function errorCode(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  throw thrown;
}

/** What stands at an absolute path; `refused` where the system does not let us look. */
export function kindAt(files: FileSystem, path: string): FileStat['kind'] | 'refused' | undefined {
  try {
    return files.stat(path)?.kind;
  } catch (thrown) {
    errorCode(thrown);
    return 'refused';
  }
}

/** Says why a file or folder cannot be read. */
export function unreadable(path: string, thrown: unknown): Diagnostic {
  return diagnose('file-unreadable', { path, reason: reasonOf(thrown) }, at(path, 0));
}
