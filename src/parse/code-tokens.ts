/** The code of a compiled text as tokens: comments left out, brackets matched. */
import { nextCodeToken } from './sql-scan.ts';
import type { SqlTokenKind } from './sql-scan.ts';

export interface Token {
  readonly kind: SqlTokenKind;
  /** Words in small letters; everything else as it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Tokens {
  readonly list: readonly Token[];
  /** For each opening bracket where its partner is. */
  readonly partners: ReadonlyMap<number, number>;
}

/** A half-open range of tokens. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Deeper queries are left alone: people do not write them, and what follows goes down with them. */
const deepest = 200;

/** Undefined where brackets, quotes or comments do not close. */
export function tokenize(sql: string): Tokens | undefined {
  const list: Token[] = [];
  const partners = new Map<number, number>();
  const open: { readonly at: number; readonly close: string }[] = [];
  for (let token = nextCodeToken(sql, 0); token !== undefined; token = nextCodeToken(sql, token.end)) {
    if (!token.closed) return undefined;
    const { kind, start, end } = token;
    const written = sql.slice(start, end);
    const close = kind === 'sign' ? closing[written] : undefined;
    if (close !== undefined) {
      open.push({ at: list.length, close });
      if (open.length > deepest) return undefined;
    } else if (kind === 'sign' && /^[)\]}]$/.test(written)) {
      const last = open.pop();
      if (last?.close !== written) return undefined;
      partners.set(last.at, list.length);
    }
    list.push({ kind, text: kind === 'word' ? written.toLowerCase() : written, start, end });
  }
  return open.length === 0 ? { list, partners } : undefined;
}

/** The indices of a range that are inside of no bracket of it; brackets themselves count. */
export function* topLevel({ list, partners }: Tokens, { from, to }: Range): Generator<number> {
  for (let at = from; at < to; at += 1) {
    yield at;
    const partner = partners.get(at);
    if (partner !== undefined) at = partner - 1;
    else if (list[at] === undefined) return;
  }
}

export function isWord({ list }: Tokens, at: number, ...words: readonly string[]): boolean {
  const token = list[at];
  return token?.kind === 'word' && words.includes(token.text);
}

export function isSign({ list }: Tokens, at: number, sign: string): boolean {
  const token = list[at];
  return token?.kind === 'sign' && token.text === sign;
}

/** The name of a common table or an alias. Where two of them differ in case alone, nobody knows of every engine whether they are two. */
export function localName(token: Token | undefined): string | undefined {
  return nameOf(token)?.toLowerCase();
}

/** A name without quotes. */
export function nameOf(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  return token?.kind === 'quoted-name' ? token.text.slice(1, -1).replaceAll('""', '"') : undefined;
}
