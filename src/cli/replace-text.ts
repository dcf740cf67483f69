/** Replaces the text of a file that the user wrote. */
import { join } from 'node:path';
import { keepLineEnds } from '../format/keep-line-ends.ts';
import { decodeText } from '../project/read-text.ts';
import type { Host } from './host.ts';

export interface Replacement {
  /** Relative to the project. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Writes the new text with the byte order mark and line ends of the old one; false where that has changed meanwhile. */
export function replaceText(host: Host, root: string, { path: shown, before, after }: Replacement): boolean {
  const path = host.files.realPath(join(root, shown));
  const bytes = host.files.readBytes(path);
  if (decodeText(shown, bytes).value !== before) return false;
  const old = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const mark = old.startsWith('\ufeff') ? '\ufeff' : '';
  host.files.writeAtomic(path, mark + keepLineEnds(old.slice(mark.length), after));
  return true;
}
