/** The words of an expression of Jinja, and a place among them. */

/** Thrown by the functions that read, and caught where they are called: an expression has no form. */
export class NoForm extends Error {
  /** The name that has no counterpart, if that is the reason. */
  readonly foreign: string | undefined;

  constructor(foreign?: string) {
    super('no form');
    this.foreign = foreign;
  }
}

export interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

export interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'sign';
  readonly text: string;
  /** White space stands before it. */
  readonly spaced: boolean;
}

const TOKEN =
  /(\s*)(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|(@?[A-Za-z_]\w*)|(==|!=|<=|>=|\/\/|\*\*|[-+*/%~<>|.,:=()[\]{}]))/y;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (match === null) throw new NoForm();
    const [, space = '', string, number, name, sign] = match;
    const kind = string !== undefined ? 'string' : number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text: string ?? number ?? name ?? sign ?? '', spaced: space !== '' });
  }
  return tokens;
}

export function peek(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.at];
  return token !== undefined && token.kind !== 'string' && token.text === text;
}

export function take(reader: Reader, text: string): boolean {
  if (!peek(reader, text)) return false;
  reader.at += 1;
  return true;
}

export function expectSign(reader: Reader, text: string): void {
  if (!take(reader, text)) throw new NoForm();
}
