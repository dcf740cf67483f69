/** Reads formats of dates and times, as `strftime` has them, into regular expressions that every engine reads alike. */

export type DateFormat =
  | {
      readonly pattern: string;
      /** Replacement that makes `YYYY-MM-DD` of a text that fits; undefined where the format has no whole date. */
      readonly day: string | undefined;
    }
  | { readonly problem: string };

const directives: Readonly<Record<string, string>> = {
  Y: '([0-9]{4})',
  m: '(0[1-9]|1[0-2])',
  d: '(0[1-9]|[12][0-9]|3[01])',
  H: '([01][0-9]|2[0-3])',
  M: '([0-5][0-9])',
  S: '([0-5][0-9])',
  f: '([0-9]{1,6})',
  z: '(Z|[+-][0-9]{2}:?[0-9]{2})',
};

/** The format as a pattern, or what is wrong with it. */
export function readDateFormat(format: string): DateFormat {
  const places = new Map<string, number>();
  let pattern = '';
  for (let at = 0; at < format.length; at += 1) {
    const character = format.charAt(at);
    if (character !== '%') {
      pattern += character.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);
      continue;
    }
    at += 1;
    const letter = format.charAt(at);
    if (letter === '%') pattern += '%';
    else if (Object.hasOwn(directives, letter)) {
      if (places.has(letter)) return { problem: `has \`%${letter}\` twice in its \`format\`` };
      places.set(letter, places.size + 1);
      pattern += directives[letter];
    } else return { problem: `knows no \`%${letter}\` in its \`format\`` };
  }
  if (places.size === 0) return { problem: 'needs a `format` with `%Y`, `%m`, `%d` or parts of a time' };
  const [year, month, day] = ['Y', 'm', 'd'].map((letter) => places.get(letter));
  const isDay = year !== undefined && month !== undefined && day !== undefined;
  return { pattern: `^${pattern}$`, day: isDay ? `\\${year}-\\${month}-\\${day}` : undefined };
}
