/** Finds the line of a syntax error in a JavaScript module, which Node keeps to itself. */
import { Script } from 'node:vm';

/** `cause` itself, or, for a syntax error whose place can be found, the same error with `path:line` in its stack. */
export function locateSyntaxError(cause: unknown, path: string, text: string): unknown {
  if (!(cause instanceof SyntaxError)) return cause;
  // A script is compiled, never run; what only a module may say is blanked out, which moves no character.
  const script = text.replaceAll(/^(?:export(?: +default)?(?= )|import .*$)/gm, (words) => ' '.repeat(words.length));
  try {
    void new Script(script, { filename: path });
  } catch (located) {
    if (located instanceof Error && located.message === cause.message) return located;
  }
  return cause;
}
