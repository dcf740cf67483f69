/** Reads of a query what decides whether it gives the same again: what it says, and what it asks beside the relations that are known. */
import { hash } from 'node:crypto';
import type { Steadiness } from '../adapter/steadiness.ts';
import { isSign, isWord, nameOf, tokenize, topLevel } from '../parse/code-tokens.ts';
import type { Token, Tokens } from '../parse/code-tokens.ts';

export interface SqlFacts {
  /** The same for every text that differs in comments and white space alone. */
  readonly hash: string;
  /** What it asks that may have another answer next time, as it is written; undefined where there is nothing. */
  readonly unsteady: string | undefined;
}

export interface KnownNames {
  readonly steadiness: Steadiness;
  /** Whether these parts, as they are written, name a relation that the graph knows the query to read. */
  readonly isKnown: (parts: readonly string[]) => boolean;
  /** Calls that read files of which the graph knows, as they are written. */
  readonly calls: ReadonlySet<string>;
}

/** A text that cannot be read gives a hash of all of it, and counts as unsteady. */
export function readSql(sql: string, known: KnownNames): SqlFacts {
  const tokens = tokenize(sql);
  if (tokens === undefined) return { hash: digest(sql), unsteady: 'a text that `tx` cannot read' };
  return { hash: digest(normalForm(sql, tokens)), unsteady: findUnsteady({ sql, tokens }, known) };
}

/** The same for every text that differs in comments and white space alone. */
export function hashSql(sql: string): string {
  const tokens = tokenize(sql);
  return digest(tokens === undefined ? sql : normalForm(sql, tokens));
}

/** What makes more of a query than one pass over the rows of one relation. */
const moreThanPass: ReadonlySet<string> = new Set(
  (
    'with join distinct over window group having qualify union intersect except order limit offset fetch lateral recursive values ' +
    'pivot unpivot'
  ).split(' '),
);

/** Whether a query passes once over the rows of one relation, so that to ask it again costs no more than to read that. */
export function isOnePass(sql: string): boolean {
  const tokens = tokenize(sql);
  if (tokens === undefined) return false;
  const { list } = tokens;
  const placesOf = (word: string): readonly number[] => [...list.keys()].filter((at) => isWord(tokens, at, word));
  const [selects, froms] = [placesOf('select'), placesOf('from')];
  const [from = 0] = froms;
  return (
    selects.length === 1 &&
    froms.length === 1 &&
    !list.some((token) => token.kind === 'word' && moreThanPass.has(token.text)) &&
    ![...topLevel(tokens, { from, to: list.length })].some((at) => isSign(tokens, at, ','))
  );
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

const operatorSign = /^[-+*/<>=~!@#%^&|`?:]$/;

/** Tokens with one space between them; signs of which an operator may be made stay together as they are. */
function normalForm(sql: string, { list }: Tokens): string {
  let text = '';
  let last: Token | undefined;
  for (const token of list) {
    const touches = last?.end === token.start && operatorSign.test(last.text) && operatorSign.test(token.text);
    if (last !== undefined && !touches) text += ' ';
    text += sql.slice(token.start, token.end);
    last = token;
  }
  return text;
}

/** What a cast takes for a time that depends on the moment. */
const momentText = /^[eE]?'\s*(?:now|today|tomorrow|yesterday)(?:\s[^']*)?'$/i;

/** A text and its tokens. */
interface Read {
  readonly sql: string;
  readonly tokens: Tokens;
}

function findUnsteady(read: Read, known: KnownNames): string | undefined {
  const { tokens } = read;
  const { unsteadyFunctions, unsteadyWords } = known.steadiness;
  for (const [at, token] of tokens.list.entries()) {
    if (token.kind === 'string' && momentText.test(token.text)) return token.text;
    const name = nameOf(token)?.toLowerCase();
    if (name === undefined) continue;
    if (unsteadyFunctions.has(name) && isSign(tokens, at + 1, '(')) return `${name}()`;
    if (token.kind !== 'word' || isSign(tokens, at - 1, '.')) continue;
    if (unsteadyWords.has(name)) return name;
    if (name === 'tablesample' || (name === 'sample' && isWord(tokens, at - 1, 'using'))) return name;
  }
  return findUnknownRead(read, known);
}

/** Words with which a query begins that is read here; what begins otherwise may read anything. */
const beginnings = ['select', 'with', 'from', 'values'];
/** Queries without a word that a relation follows. */
const otherQueries = ['pivot', 'unpivot', 'describe', 'desc', 'summarize', 'show', 'table', 'call', 'execute', 'explain', 'pragma'];
const afterFrom = 'where group having order limit window qualify union except intersect select offset fetch for'.split(' ');
/** Functions with `from` between their arguments. */
const fromInside = ['extract', 'trim', 'substring', 'overlay', 'position'];

/** The first relation, file or function in the place of a relation that nobody vouches for. */
function findUnknownRead(read: Read, known: KnownNames): string | undefined {
  const { tokens } = read;
  const { list } = tokens;
  const first = list.findIndex((token) => token.text !== '(');
  if (!isWord(tokens, first, ...beginnings)) return 'a text that `tx` cannot read';
  const common = commonTables(tokens);
  // For each open bracket where it is, and whether its FROM clause is being read.
  const open: { readonly at: number; inFrom: boolean }[] = [{ at: -1, inFrom: false }];
  for (const [at, token] of list.entries()) {
    const level = open.at(-1);
    if (level === undefined) return 'a text that `tx` cannot read';
    if (token.kind === 'sign') {
      if (/^[([{]$/.test(token.text)) open.push({ at, inFrom: false });
      else if (/^[)\]}]$/.test(token.text)) open.pop();
      else if (token.text === ',' && level.inFrom) {
        const unknown = readRelation(read, at + 1, common, known);
        if (unknown !== undefined) return unknown;
      }
      continue;
    }
    if (token.kind !== 'word' || isSign(tokens, at - 1, '.')) continue;
    if (otherQueries.includes(token.text) && (at === 0 || isSign(tokens, at - 1, '('))) return token.text;
    if (token.text === 'from' && isClause(tokens, at, level.at)) {
      level.inFrom = true;
      const unknown = readRelation(read, at + 1, common, known);
      if (unknown !== undefined) return unknown;
    } else if (token.text === 'join') {
      const unknown = readRelation(read, at + 1, common, known);
      if (unknown !== undefined) return unknown;
    } else if (afterFrom.includes(token.text) && !isWord(tokens, at - 1, 'as')) level.inFrom = false;
  }
  return undefined;
}

function isClause(tokens: Tokens, at: number, bracket: number): boolean {
  if (isWord(tokens, bracket - 1, ...fromInside)) return false;
  return !(isWord(tokens, at - 1, 'distinct') && isWord(tokens, at - 2, 'is', 'not'));
}

/** Names of common tables, wherever they stand. */
function commonTables(tokens: Tokens): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, token] of tokens.list.entries()) {
    const name = nameOf(token)?.toLowerCase();
    if (name === undefined || !(isWord(tokens, at - 1, 'with', 'recursive') || isSign(tokens, at - 1, ','))) continue;
    let next = at + 1;
    if (isSign(tokens, next, '(')) next = (tokens.partners.get(next) ?? next) + 1;
    if (!isWord(tokens, next, 'as')) continue;
    next += 1;
    if (isWord(tokens, next, 'not')) next += 1;
    if (isWord(tokens, next, 'materialized')) next += 1;
    if (isSign(tokens, next, '(') && isWord(tokens, next + 1, ...beginnings, 'pivot', 'unpivot')) names.add(name);
  }
  return names;
}

/** What stands at `at`, in the place of a relation, where nobody vouches for it. */
function readRelation(read: Read, start: number, common: ReadonlySet<string>, known: KnownNames): string | undefined {
  const { sql, tokens } = read;
  let at = start;
  while (isWord(tokens, at, 'lateral', 'only')) at += 1;
  if (isSign(tokens, at, '(')) {
    // A query in brackets is read when its turn comes; else it is a join.
    return isWord(tokens, at + 1, ...beginnings) ? undefined : readRelation(read, at + 1, common, known);
  }
  const begin = tokens.list[at];
  const parts: string[] = [];
  for (; ; at += 2) {
    const name = nameOf(tokens.list[at]);
    if (name === undefined) return begin === undefined ? 'a text that `tx` cannot read' : begin.text;
    parts.push(name);
    if (!isSign(tokens, at + 1, '.')) break;
  }
  const [only = ''] = parts;
  if (isSign(tokens, at + 1, '(')) {
    if (parts.length === 1 && known.steadiness.steadyTableFunctions.has(only.toLowerCase())) return undefined;
    const end = tokens.list[tokens.partners.get(at + 1) ?? at + 1]?.end;
    return known.calls.has(sql.slice(begin?.start, end)) ? undefined : `${parts.join('.')}()`;
  }
  if (parts.length === 1 && (common.has(only.toLowerCase()) || (only === 'values' && begin?.kind === 'word'))) return undefined;
  return known.isKnown(parts) ? undefined : parts.join('.');
}
