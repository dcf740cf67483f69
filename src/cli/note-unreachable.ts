/** Says that columns are not those that the target would tell, and why. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { InsteadOfTarget } from './analyze-nodes.ts';

/** `otherwise` is what becomes of columns where nothing stands for the target. */
export function noteUnreachable({ message }: Diagnostic, { isThere, packageName }: InsteadOfTarget, otherwise: string): string {
  if (isThere) return `columns are worked out without the target: ${plainLine(message)}`;
  const install = packageName === undefined ? '' : ` (\`npm install ${packageName}\` tells them without a server)`;
  return `${otherwise}: ${plainLine(message)}${install}`;
}
