/** Takes conditions apart: what has to hold all at once, and which columns a part speaks of. */
import type { Range, Tokens } from '../code-tokens.ts';
import { isSign, isWord, localName, nameOf, topLevel } from '../code-tokens.ts';

/** The parts that `and` joins; undefined where an `or` beside them makes each of them optional. */
export function conjuncts(tokens: Tokens, range: Range): readonly Range[] | undefined {
  if (isSign(tokens, range.from, '(') && tokens.partners.get(range.from) === range.to - 1)
    return conjuncts(tokens, { from: range.from + 1, to: range.to - 1 });
  const parts: Range[] = [];
  let begin = range.from;
  let cases = 0;
  let between = false;
  for (const at of topLevel(tokens, range)) {
    if (isWord(tokens, at, 'case')) cases += 1;
    else if (isWord(tokens, at, 'end')) cases -= 1;
    if (cases > 0) continue;
    if (isWord(tokens, at, 'or')) return undefined;
    if (isWord(tokens, at, 'between')) between = true;
    else if (isWord(tokens, at, 'and')) {
      if (between) between = false;
      else {
        parts.push({ from: begin, to: at });
        begin = at + 1;
      }
    }
  }
  return [...parts, { from: begin, to: range.to }].filter(({ from, to }) => from < to);
}

/** A column that is written with the relation before it. */
export interface QualifiedColumn {
  readonly alias: string;
  readonly column: string;
}

/** The column, where a range is nothing else. */
export function columnAt(tokens: Tokens, { from, to }: Range): QualifiedColumn | undefined {
  if (to - from !== 3 || !isSign(tokens, from + 1, '.')) return undefined;
  const alias = localName(tokens.list[from]);
  const column = nameOf(tokens.list[from + 2]);
  return alias === undefined || column === undefined ? undefined : { alias, column };
}

/** Every `alias.column` of a range, those in brackets too. */
export function columnsIn(tokens: Tokens, { from, to }: Range): readonly QualifiedColumn[] {
  const found: QualifiedColumn[] = [];
  for (let at = from; at + 2 < to; at += 1) {
    if (isSign(tokens, at - 1, '.')) continue;
    const column = columnAt(tokens, { from: at, to: at + 3 });
    if (column !== undefined && !isSign(tokens, at + 3, '.') && !isSign(tokens, at + 3, '(')) found.push(column);
  }
  return found;
}

/** The names of a range that have nothing before them and are called by nobody: columns, or words of SQL. */
export function bareNames(tokens: Tokens, { from, to }: Range): readonly string[] {
  const found: string[] = [];
  for (let at = from; at < to; at += 1) {
    const name = nameOf(tokens.list[at]);
    if (name !== undefined && !isSign(tokens, at - 1, '.') && !isSign(tokens, at + 1, '.') && !isSign(tokens, at + 1, '('))
      found.push(name);
  }
  return found;
}

/** The two sides of `a = b`; undefined for everything else. */
export function equalSides(tokens: Tokens, range: Range): readonly [Range, Range] | undefined {
  const signs: number[] = [];
  for (const at of topLevel(tokens, range)) {
    if (isWord(tokens, at, 'case', 'not', 'is', 'in', 'between', 'like', 'and', 'or')) return undefined;
    if (['=', '<', '>', '!', '~'].some((sign) => isSign(tokens, at, sign))) signs.push(at);
  }
  const [at, ...others] = signs;
  if (at === undefined || others.length > 0 || !isSign(tokens, at, '=')) return undefined;
  return [
    { from: range.from, to: at },
    { from: at + 1, to: range.to },
  ];
}

/** A number, a text, or a word that stands for a value. */
export function isConstant({ list }: Tokens, { from, to }: Range): boolean {
  const token = list[from];
  if (to - from !== 1 || token === undefined) return false;
  return token.kind === 'string' || token.kind === 'number' || (token.kind === 'word' && ['true', 'false'].includes(token.text));
}
