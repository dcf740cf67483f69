/** Writes files for other programs to read. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import { errorCode } from '../project/read-text.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';

/** Writes one artifact, secrets masked; `shown` is its path in messages. What the command did stands also where that fails. */
export function writeArtifact(
  host: Host,
  screen: Screen,
  file: { readonly absolute: string; readonly shown: string },
  pieces: Iterable<string>,
): void {
  try {
    host.files.writeAtomic(file.absolute, masked(pieces, screen.mask().apply));
  } catch (thrown) {
    screen.showDiagnostics([diagnose('artifact-not-written', { path: file.shown, reason: errorCode(thrown) })]);
  }
}

function* masked(pieces: Iterable<string>, apply: (text: string) => string): Generator<string> {
  for (const piece of pieces) yield apply(piece);
}
