/** Recognises what is left of Jinja in a template and says how `tx` writes it. */
import { convertArguments, convertExpression, convertParameters } from './jinja-expression.ts';
import type { Converted } from './jinja-expression.ts';
import type { Tag } from './scan-mustaches.ts';
import { nextSqlToken } from './sql-scan.ts';

/** A piece of Jinja and its `tx` form, where there is one. */
export interface JinjaLeftover {
  readonly start: number;
  readonly end: number;
  readonly found: string;
  readonly form: string | undefined;
  /** What has no counterpart, where that is why there is no form. */
  readonly foreign?: string | undefined;
}

type Form = Pick<JinjaLeftover, 'form' | 'foreign'>;

const STATEMENT = /\{%-?\s*([\s\S]*?)\s*-?%\}|(?<!\{)\{#(?!\{)([\s\S]*?)#\}/g;
const STATEMENT_START = /\{%|(?<!\{)\{#(?!\{)/;
/** What a tag must hold for a closer look: most tags end here. */
const SUSPECT = /[\w\]]\(|\||[=!<>]=|[<>]|\s(?:if|not|and|or|in)\s|^\{\{-|-\}\}$/;
const TRIMMED = /^\{\{-\s*[A-Za-z_]|[^-]-\}\}$/;
const STRING = /"[^"]*"|'[^']*'/g;
const BLOCK_NAMES = /\bas\s+\|[^|]*\|\s*$/;

/** True when the text may hold Jinja although it has no tags. */
export function suspectsStatements(text: string): boolean {
  return STATEMENT_START.test(text);
}

/** Jinja in mustaches, and Jinja statements and comments outside of SQL strings and comments. */
export function findJinja(text: string, tags: readonly Tag[]): readonly JinjaLeftover[] {
  const found: JinjaLeftover[] = [];
  for (const tag of tags) {
    if (tag.kind === 'comment' || tag.kind === 'raw' || tag.kind === 'close') continue;
    const written = text.slice(tag.start, tag.end);
    const form = SUSPECT.test(written) ? tagForm(written, tag.kind) : undefined;
    if (form !== undefined) found.push({ start: tag.start, end: tag.end, found: written, ...form });
  }
  if (!suspectsStatements(text)) return found;
  return [...found, ...findStatements(text, tags)].sort((a, b) => a.start - b.start);
}

/** A tag without its braces: its sign and word, if it is a block or an `else`, what follows, and the names of a block. */
interface TagParts {
  readonly open: string;
  readonly head: string;
  readonly rest: string;
  readonly names: string;
  readonly close: string;
}

function partsOf(written: string, kind: Tag['kind']): TagParts | undefined {
  const match = /^\{\{([~-]?)(\{?)([\s\S]*?)(\}?)([~-]?)\}\}$/.exec(written);
  if (match === null) return undefined;
  const [, left = '', , inner = '', , right = ''] = match;
  const head = kind === 'other' ? '' : (/^\s*(?:#\s*[\w.-]+|else(?:\s+\w+)?)/.exec(inner)?.[0] ?? '');
  const names = BLOCK_NAMES.exec(inner)?.[0] ?? '';
  const rest = inner.slice(head.length, inner.length - names.length).trim();
  return { open: left === '' ? '{{' : '{{~', head: head.trim(), rest, names: names.trim(), close: right === '' ? '}}' : '~}}' };
}

/** Strings as blanks of the same length, so that places stay and signs in them count for nothing. */
function maskStrings(text: string): string {
  return text.replaceAll(STRING, (string) => `"${'_'.repeat(string.length - 2)}"`);
}

/** The form of a tag that holds Jinja; undefined when it holds none. */
function tagForm(written: string, kind: Tag['kind']): Form | undefined {
  const parts = partsOf(written, kind);
  if (parts === undefined || /^[#\s]*[>*&^]/.test(parts.rest)) return undefined;
  const masked = maskStrings(parts.rest);
  const isCondition = /\b(?:if|unless)$/.test(parts.head);
  const isInline = kind === 'other' && /\S\s+if\s/.test(masked);
  // A word that is called as templates do it stands behind a parenthesis.
  const hasWords = isCondition && /(?<!\(\s*|[\w.@])(?:not|and|or|in)\s/.test(masked);
  if (!isInline && !hasWords && !/[\w\]"]\(|\||[=!<>]=|[<>]/.test(masked))
    return TRIMMED.test(written) ? { form: trimmedForm(parts) } : undefined;
  if (isInline) return inlineForm(parts.rest, masked);
  if (kind === 'other') return outputForm(parts);
  const isOne = isCondition || /\beach$/.test(parts.head);
  const given = isOne ? convertExpression(parts.rest) : convertArguments(parts.rest);
  if (given.form === undefined) return given;
  const names = parts.names === '' && parts.head.endsWith('each') ? 'as |item|' : parts.names;
  return { form: `${parts.open}${[parts.head, given.form.value, names].filter((part) => part !== '').join(' ')}${parts.close}` };
}

function trimmedForm({ open, head, rest, names, close }: TagParts): string {
  return `${open}${[head, rest, names].filter((part) => part !== '').join(' ')}${close}`;
}

function outputForm({ open, rest, close }: TagParts): Form {
  if (/^is_incremental\s*\(\s*\)$/.test(rest)) return { form: '{{#if is_incremental}}' };
  const whole = convertExpression(rest);
  const given = whole.form === undefined && whole.foreign === undefined ? convertArguments(rest) : whole;
  return given.form === undefined ? given : { form: `${open}${given.form.alone}${close}` };
}

/** `"," if x else "y"` as a block. */
function inlineForm(rest: string, masked: string): Form {
  const found = /\s+if\s+/.exec(masked);
  const before = rest.slice(0, found?.index);
  const from = (found?.index ?? 0) + (found?.[0].length ?? 0);
  const otherwise = /\s+else\s+/.exec(masked.slice(from));
  const condition = convertExpression(otherwise === null ? rest.slice(from) : rest.slice(from, from + otherwise.index));
  const first = printed(before);
  const second = otherwise === null ? '' : printed(rest.slice(from + otherwise.index + otherwise[0].length));
  if (condition.form === undefined) return condition;
  if (first === undefined || second === undefined) return { form: undefined };
  return { form: `{{#if ${condition.form.value}}}${first}${otherwise === null ? '' : `{{else}}${second}`}{{/if}}` };
}

function printed(expression: string): string | undefined {
  const text = /^\s*(?:"([^"{\\]*)"|'([^'{\\]*)')\s*$/.exec(expression);
  if (text !== null) return text[1] ?? text[2] ?? '';
  const { form } = convertExpression(expression);
  return form === undefined ? undefined : `{{${form.alone}}}`;
}

function findStatements(text: string, tags: readonly Tag[]): readonly JinjaLeftover[] {
  const found: JinjaLeftover[] = [];
  const hidden = hiddenRanges(text, tags);
  for (const match of text.matchAll(STATEMENT)) {
    const start = match.index;
    if (hidden.some((range) => start >= range.start && start < range.end)) continue;
    const [written, statement, comment] = match;
    const form = statement === undefined ? { form: `{{!-- ${(comment ?? '').trim()} --}}` } : statementForm(statement);
    found.push({ start, end: start + written.length, found: written, ...form });
  }
  return found;
}

/** Where Jinja means nothing: SQL strings and comments, and tags of the template. */
function hiddenRanges(text: string, tags: readonly Tag[]): readonly { readonly start: number; readonly end: number }[] {
  const ranges: { start: number; end: number }[] = [...tags];
  let next = 0;
  let token = nextSqlToken(text, 0);
  while (token !== undefined) {
    let at = token.end;
    while ((tags[next]?.end ?? Infinity) <= token.start) next += 1;
    const tag = tags[next];
    // A tag is no SQL: quotes inside of it open no string. A Jinja statement is skipped whole for the same reason.
    if (tag !== undefined && token.start >= tag.start) at = tag.end;
    else if (text.startsWith('{%', token.start)) at = Math.max(at, text.indexOf('%}', token.start));
    else if (text.startsWith('{#', token.start)) at = Math.max(at, text.indexOf('#}', token.start));
    else if (token.kind !== 'word' && token.kind !== 'number' && token.kind !== 'sign') ranges.push(token);
    token = nextSqlToken(text, at);
  }
  return ranges;
}

/** A form that is made of a converted expression, where it could be converted. */
function withForm(given: Converted, form: (value: string) => string): Form {
  return given.form === undefined ? given : { form: form(given.form.value) };
}

function statementForm(statement: string): Form {
  const [word = ''] = statement.split(/\s/, 1);
  const rest = statement.slice(word.length).trim();
  switch (word) {
    case 'if':
      return withForm(convertExpression(rest), (value) => `{{#if ${value}}}`);
    case 'elif':
      return withForm(convertExpression(rest), (value) => `{{else if ${value}}}`);
    case 'for':
      return loopForm(rest);
    case 'set': {
      const set = /^(\w+)\s*=\s*([\s\S]+)$/.exec(rest);
      if (set === null) return { form: /^\w+$/.test(rest) ? `{{#set "${rest}"}}` : undefined };
      return withForm(convertExpression(set[2] ?? ''), (value) => `{{set "${set[1]}" ${value}}}`);
    }
    case 'macro':
      return macroForm(rest);
    default:
      return { form: Object.hasOwn(plainStatements, word) ? plainStatements[word] : undefined };
  }
}

const plainStatements: Readonly<Record<string, string>> = {
  else: '{{else}}',
  endif: '{{/if}}',
  endfor: '{{/each}}',
  endset: '{{/set}}',
  endmacro: '{{/macro}}',
  raw: '{{{{raw}}}}',
  endraw: '{{{{/raw}}}}',
};

function loopForm(rest: string): Form {
  const pairs = /^(\w+)\s*,\s*(\w+)\s+in\s+([\s\S]+)\.items\(\s*\)$/.exec(rest);
  if (pairs !== null) return withForm(convertExpression(pairs[3] ?? ''), (value) => `{{#each ${value} as |${pairs[2]} ${pairs[1]}|}}`);
  const loop = /^(\w+)\s+in\s+([\s\S]+)$/.exec(rest);
  return loop === null ? { form: undefined } : withForm(convertExpression(loop[2] ?? ''), (value) => `{{#each ${value} as |${loop[1]}|}}`);
}

function macroForm(rest: string): Form {
  const head = /^(\w+)\s*\(([\s\S]*)\)$/.exec(rest);
  if (head === null) return { form: undefined };
  return withForm(convertParameters(head[2] ?? ''), (value) => `{{#macro ${[`"${head[1]}"`, value].join(' ').trimEnd()}}}`);
}
