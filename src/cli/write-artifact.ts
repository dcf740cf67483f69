/** Writes files for other programs to read. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import { NotWritten } from '../project/file-system.ts';
import { reasonOf } from '../project/read-text.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';

/** Writes one artifact, secrets masked; `shown` is its path in messages. What the command did stands also where that fails: then it gives false. */
export function writeArtifact(
  host: Host,
  screen: Screen,
  file: { readonly absolute: string; readonly shown: string },
  pieces: Iterable<string>,
): boolean {
  return warnUnwritten(screen, file.shown, () => host.files.writeAtomic(file.absolute, masked(pieces, screen.mask().apply)));
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

/** Writes an artifact unless it is there already: the time at which it was made is no news. */
export function writeIfNew(host: Host, screen: Screen, file: { readonly absolute: string; readonly shown: string }, text: string): void {
  const timeless = (content: string): string => content.replace(/"generated_at":"[^"]*"/, '');
  const masked = screen.mask().apply(text);
  if (host.files.stat(file.absolute) !== undefined) {
    const before = new TextDecoder().decode(host.files.readBytes(file.absolute));
    if (timeless(before) === timeless(masked)) return;
  }
  writeArtifact(host, screen, file, [masked]);
}
