/** The one way to say "this cannot happen": a bug in `tx`, never a mistake of the user. */

/** Thrown for a bug in `tx`; the command line shows its stack and exits 70. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Fails with a {@link Bug}. */
export function bug(message: string): never {
  throw new Bug(message);
}

/** Proves at compile time that a switch is exhaustive, and fails loudly if data lied at run time. */
export function unreachable(value: never): never {
  return bug(`unexpected value ${JSON.stringify(value)}`);
}
