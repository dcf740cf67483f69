/** Tells of errors in nodes that a command did not need, after its result. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { describePlace } from '../diagnostics/frame.ts';
import type { Screen } from './screen.ts';

/** Places that are named; the result that stands above must not be buried. */
const most = 3;

/** Errors of nodes that nobody asked for are told in short after the result, and do not change it. Logs get each of them. */
export function showUnneeded(screen: Screen, unneeded: readonly Diagnostic[]): void {
  if (unneeded.length === 0) return;
  const places = unneeded.slice(0, most).map(({ code, span, node }) => {
    const place = span === undefined ? (node ?? '') : describePlace(span, screen.sources);
    return { message: `${code}  ${place}` };
  });
  const more = unneeded.length > most ? [{ message: `${unneeded.length - most} more` }] : [];
  const warning = diagnose('compile-errors-elsewhere', { count: unneeded.length }, { notes: [...places, ...more] });
  // An empty line: the result ends without one.
  screen.note('');
  screen.showDiagnostics(screen.json ? [...unneeded, warning] : [warning]);
}
