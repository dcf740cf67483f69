/** Tells whether a text can be the name of a type and nothing else: it is written into SQL as it is. */

/** Words and quoted names, numbers, text in quotes, and the signs between them. */
const TOKEN = /\s*(?:([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"\0]|"")+")|(\d+)|('(?:[^'\0\\]|'')*')|([()[\],.]))/y;

type Token = { readonly kind: 'name' | 'number' | 'text' } | { readonly kind: 'sign'; readonly sign: string };

function readTokens(spelling: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const end = spelling.trimEnd().length;
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(spelling);
    if (match === null) return undefined;
    const [, name, number, text, sign = ''] = match;
    if (name !== undefined) tokens.push({ kind: 'name' });
    else if (number !== undefined) tokens.push({ kind: 'number' });
    else tokens.push(text === undefined ? { kind: 'sign', sign } : { kind: 'text' });
  }
  return tokens;
}

class TypeReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  #take(kind: 'name' | 'number' | 'text'): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  #sign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.sign !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** `timestamp (3) with time zone`, `struct(a integer, b "my type"[])`: names, what they take, more names, brackets. */
  readType(): boolean {
    if (!this.#take('name')) return false;
    for (;;) {
      if (this.#sign('.')) {
        if (!this.#take('name')) return false;
      } else if (this.#sign('(')) {
        do if (!this.#take('number') && !this.#take('text') && !this.readType()) return false;
        while (this.#sign(','));
        if (!this.#sign(')')) return false;
      } else if (this.#sign('[')) {
        this.#take('number');
        if (!this.#sign(']')) return false;
      } else if (!this.#take('name')) return true;
    }
  }
}

/** Whether `spelling` has the form of one type: balanced, and without anything that could end a cast and begin something else. */
export function isTypeSpelling(spelling: string): boolean {
  const tokens = readTokens(spelling);
  if (tokens === undefined) return false;
  const reader = new TypeReader(tokens);
  return reader.readType() && reader.done;
}
