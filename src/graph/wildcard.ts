/** Shell-style wildcards on a whole text: `*`, `?`, `[seq]`, `[!seq]`; dots and slashes are ordinary characters. */

const wildcard = /[*?[\]]/;

/** Whether `text` holds a character that may be part of a wildcard. */
export function hasWildcard(text: string): boolean {
  return wildcard.test(text);
}

/** A test for texts that match `pattern` from end to end. Case counts. */
export function matchWildcard(pattern: string): (text: string) => boolean {
  if (!hasWildcard(pattern)) return (text) => text === pattern;
  const expression = new RegExp(`^${translate(pattern)}$`, 'su');
  return (text) => expression.test(text);
}

/** The pattern as a regular expression. Between two stars the first place that fits is the only one tried. */
function translate(pattern: string): string {
  const [head = '', ...rest] = splitAtStars(pattern);
  const tail = rest.pop();
  if (tail === undefined) return head;
  // Without the look-ahead, a text that almost fits many stars would be tried in every possible division.
  const middle = rest.filter((piece) => piece !== '').map((piece, at) => `(?=(.*?${piece}))\\${at + 1}`);
  return `${head}${middle.join('')}.*${tail}`;
}

/** The pieces around the stars of `pattern`, as regular expressions of a fixed length each. */
function splitAtStars(pattern: string): readonly string[] {
  const pieces = [''];
  const append = (source: string): void => {
    pieces.push(`${pieces.pop() ?? ''}${source}`);
  };
  for (let at = 0; at < pattern.length;) {
    const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    at += character.length;
    const end = character === '[' ? classEnd(pattern, at) : -1;
    if (character === '*') {
      pieces.push('');
    } else if (character === '?') {
      append('.');
    } else if (end !== -1) {
      append(translateClass(pattern.slice(at, end)));
      at = end + 1;
    } else {
      append(escape(character));
    }
  }
  return pieces;
}

/** Offset of the `]` that closes a class whose content starts at `start`, or -1; a `]` in first place is content. */
export function classEnd(pattern: string, start: number): number {
  const first = pattern[start] === '!' ? start + 1 : start;
  return pattern.indexOf(']', first + 1);
}

function translateClass(content: string): string {
  const negated = content.startsWith('!');
  const characters = [...(negated ? content.slice(1) : content)];
  let items = '';
  for (let at = 0; at < characters.length; at += 1) {
    const low = characters[at] ?? '';
    const high = characters[at + 1] === '-' ? characters[at + 2] : undefined;
    if (high === undefined) {
      items += escapeInClass(low);
      continue;
    }
    // A range the wrong way round holds no character.
    if ((low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0)) items += `${escapeInClass(low)}-${escapeInClass(high)}`;
    at += 2;
  }
  if (items === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${items}]`;
}

function escape(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** Inside a class a dash has a meaning too. */
function escapeInClass(character: string): string {
  return character === '-' ? '\\-' : escape(character);
}
