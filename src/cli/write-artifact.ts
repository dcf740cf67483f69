/** Writes files for other programs to read. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from '../project/file-system.ts';
import { NotWritten } from '../project/file-system.ts';
import { errorCode, reasonOf } from '../project/read-text.ts';
import { maskJson } from '../report/mask-json.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';

export interface ArtifactFile {
  readonly absolute: string;
  /** Its path in messages. */
  readonly shown: string;
}

/** Writes one artifact in JSON, secrets masked; no piece ends within a text. What the command did stands also where that fails: then it gives false. */
export function writeArtifact(host: Host, screen: Screen, file: ArtifactFile, pieces: Iterable<string>): boolean {
  const mask = screen.mask();
  return warnUnwritten(screen, file.shown, () =>
    host.files.writeAtomic(
      file.absolute,
      masked(pieces, (piece) => maskJson(piece, mask)),
    ),
  );
}

/** Carries out `write`; a file that the system refuses is a warning about `shown`, and gives false. */
export function warnUnwritten(screen: Screen, shown: string, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (thrown) {
    if (!(thrown instanceof NotWritten)) throw thrown;
    screen.showDiagnostics([diagnose('artifact-not-written', { path: shown, reason: reasonOf(thrown) })]);
    return false;
  }
}

function* masked(pieces: Iterable<string>, apply: (text: string) => string): Generator<string> {
  for (const piece of pieces) yield apply(piece);
}

/** Writes an artifact unless it is there already: the time at which it was made is no news. Gives false where it cannot be written. */
export function writeIfNew(host: Host, screen: Screen, file: ArtifactFile, text: string): boolean {
  const timeless = (content: string): string => content.replace(/"generated_at":"[^"]*"/, '');
  const masked = maskJson(text, screen.mask());
  const before = readIfAny(host.files, file.absolute);
  if (before !== undefined && timeless(new TextDecoder().decode(before)) === timeless(masked)) return true;
  return writeArtifact(host, screen, file, [masked]);
}

/** The file, of that size if one is given, that stands where something is to be written. What cannot be read is as good as nothing: it is replaced, or told of when that fails too. */
export function readIfAny(files: FileSystem, path: string, size?: number): Uint8Array | undefined {
  try {
    const stat = files.stat(path);
    return stat?.kind === 'file' && (size ?? stat.size) === stat.size ? files.readBytes(path) : undefined;
  } catch (thrown) {
    errorCode(thrown);
    return undefined;
  }
}
