/** Tells of errors in nodes that a command did not need, after its result. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Screen } from './screen.ts';

/** Errors of nodes that nobody asked for are told after the result, and do not change it. */
export function showUnneeded(screen: Screen, unneeded: readonly Diagnostic[]): void {
  if (unneeded.length === 0) return;
  screen.showDiagnostics([...unneeded, diagnose('compile-errors-elsewhere', { count: unneeded.length })]);
}
