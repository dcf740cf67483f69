/** Remembers which files are formatted, by their content, so that they are not looked at again. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FormatStyle } from '../project/format-style.ts';
import type { Project } from '../project/project.ts';
import { errorCode } from '../project/read-text.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';
import { warnUnwritten } from './write-artifact.ts';

export interface FormatStamp {
  readonly knows: (path: string, text: string) => boolean;
  readonly add: (path: string, text: string) => void;
  /** Writes what was added since it was read; entries of files that are gone fall out. */
  readonly save: (screen: Screen) => void;
}

function stampPath(project: Project): string {
  return `${project.paths.target}/cache/format.json`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** The stamp of a project; that of another version of `tx` or other settings counts for nothing. */
export function openFormatStamp(host: Host, project: Project, style: FormatStyle): FormatStamp {
  const { keywordCase, indent, comma, lineWidth } = style;
  const made = [host.version, keywordCase, indent, comma, lineWidth].join(' ');
  const shown = stampPath(project);
  const absolute = join(project.root, shown);
  const known = new Map(readEntries(host, absolute, made));
  let changed = false;
  return {
    knows: (path, text) => known.get(path) === hash(text),
    add: (path, text) => {
      const entry = hash(text);
      if (known.get(path) === entry) return;
      known.set(path, entry);
      changed = true;
    },
    save: (screen) => {
      if (!changed) return;
      const present = new Set(project.files.map(({ path }) => path));
      const files = Object.fromEntries([...known].filter(([path]) => present.has(path)));
      warnUnwritten(screen, shown, () => host.files.writeAtomic(absolute, `${JSON.stringify({ made, files })}\n`));
    },
  };
}

function readEntries(host: Host, absolute: string, made: string): readonly [string, string][] {
  try {
    const content: unknown = JSON.parse(new TextDecoder().decode(host.files.readBytes(absolute)));
    if (typeof content !== 'object' || content === null || !('made' in content) || content.made !== made) return [];
    const files: unknown = 'files' in content ? content.files : undefined;
    if (typeof files !== 'object' || files === null) return [];
    return Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  } catch (thrown) {
    // What cannot be read or is no JSON is made anew.
    if (!(thrown instanceof SyntaxError)) errorCode(thrown);
    return [];
  }
}
