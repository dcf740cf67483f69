/** Recognises what is left of Jinja in a template and says how `tx` writes it. */
import type { Tag } from './scan-mustaches.ts';
import { nextSqlToken } from './sql-scan.ts';

/** A piece of Jinja and its `tx` form, where there is one. */
export interface JinjaLeftover {
  readonly start: number;
  readonly end: number;
  readonly found: string;
  readonly form: string | undefined;
}

const STATEMENT = /\{%-?\s*([\s\S]*?)\s*-?%\}|(?<!\{)\{#(?!\{)([\s\S]*?)#\}/g;
const CALL = /^\{\{-?\s*([\w.]+)\(([\s\S]*?)\)?\s*-?\}\}$/;
const SUSPECT = /\{%|(?<!\{)\{#|\{\{-?\s*[\w.]+\(|\{\{-\s*[A-Za-z_]|[^-]-\}\}/;
const TRIMMED = /^\{\{-\s*[A-Za-z_]|[^-]-\}\}$/;
const STRING = /^(['"])([\s\S]*)\1$/;

/** True when the text may hold Jinja at all: most files end here. */
export function suspectsJinja(text: string): boolean {
  return SUSPECT.test(text);
}

/** Jinja calls in mustaches, and Jinja statements and comments outside of SQL strings and comments. */
export function findJinja(text: string, tags: readonly Tag[]): readonly JinjaLeftover[] {
  const found: JinjaLeftover[] = [];
  for (const tag of tags) {
    if (tag.kind === 'comment' || tag.kind === 'raw') continue;
    const written = text.slice(tag.start, tag.end);
    const call = CALL.exec(written);
    if (call !== null) found.push({ start: tag.start, end: tag.end, found: written, form: callForm(call[1] ?? '', call[2] ?? '') });
    else if (TRIMMED.test(written)) {
      found.push({ start: tag.start, end: tag.end, found: written, form: written.replace(/^\{\{-\s*/, '{{~').replace(/\s*-\}\}$/, '~}}') });
    }
  }
  const statements = findStatements(text, tags);
  return [...found, ...statements].sort((a, b) => a.start - b.start);
}

function findStatements(text: string, tags: readonly Tag[]): readonly JinjaLeftover[] {
  const found: JinjaLeftover[] = [];
  const hidden = hiddenRanges(text, tags);
  for (const match of text.matchAll(STATEMENT)) {
    const start = match.index;
    if (hidden.some((range) => start >= range.start && start < range.end)) continue;
    const [written, statement, comment] = match;
    const form = statement === undefined ? `{{!-- ${(comment ?? '').trim()} --}}` : statementForm(statement);
    found.push({ start, end: start + written.length, found: written, form });
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

/** `'a'` as `"a"`, so that the form can be pasted. */
function value(written: string): string {
  const text = written.trim();
  const string = STRING.exec(text);
  if (string !== null) return (string[2] ?? '').includes('"') ? `'${string[2]}'` : `"${string[2]}"`;
  if (/^(true|false|none)$/i.test(text)) return text.toLowerCase() === 'none' ? 'null' : text.toLowerCase();
  const list = /^[[(]([\s\S]*)[\])]$/.exec(text);
  if (list !== null)
    return `(array ${splitArguments(list[1] ?? '')
      .map(value)
      .join(' ')})`;
  const call = /^([\w.]+)\(([\s\S]*)\)$/.exec(text);
  return call === null ? text : `(${call[1]}${argumentsForm(call[2] ?? '', call[1] ?? '')})`;
}

/** Splits at commas that stand in no string, list or call. */
function splitArguments(written: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < written.length; at += 1) {
    const sign = written.charAt(at);
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === "'" || sign === '"') quote = sign;
    else if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    else if (sign === ',' && depth === 0) {
      parts.push(written.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(written.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function argumentsForm(written: string, name: string): string {
  const forms = splitArguments(written).map((part, index) => {
    const named = /^(\w+)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
    if (named !== null) return `${named[1]}=${value(named[2] ?? '')}`;
    return name === 'var' && index === 1 ? `default=${value(part)}` : value(part);
  });
  return forms.map((form) => ` ${form}`).join('');
}

function callForm(name: string, written: string): string | undefined {
  if (name === 'is_incremental') return '{{#if is_incremental}}';
  const plain = name.replace(/^(dbt_utils|dbt)\./, '');
  return /^\w+$/.test(plain) ? `{{${plain}${argumentsForm(written, plain)}}}` : undefined;
}

/** Conditions as calls where they are simple; else the reader gets the block alone. */
function condition(written: string): string {
  const text = written.trim();
  const negated = /^not\s+([\s\S]+)$/.exec(text);
  if (negated !== null) return `(not ${condition(negated[1] ?? '')})`;
  if (/^is_incremental\(\)$/.test(text)) return 'is_incremental';
  const compared = /^([\w.]+(?:\([^()]*\))?|'[^']*'|"[^"]*")\s*(==|!=|<=|>=|<|>)\s*([\s\S]+)$/.exec(text);
  const names: Readonly<Record<string, string>> = { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
  if (compared !== null) return `(${names[compared[2] ?? '']} ${value(compared[1] ?? '')} ${value(compared[3] ?? '')})`;
  return value(text);
}

function statementForm(statement: string): string | undefined {
  const [word = ''] = statement.split(/\s/, 1);
  const rest = statement.slice(word.length).trim();
  switch (word) {
    case 'if':
      return `{{#if ${condition(rest)}}}`;
    case 'elif':
      return `{{else if ${condition(rest)}}}`;
    case 'else':
      return '{{else}}';
    case 'endif':
      return '{{/if}}';
    case 'for': {
      const loop = /^(\w+)\s+in\s+([\s\S]+)$/.exec(rest);
      return loop === null ? '{{#each list as |item|}}' : `{{#each ${value(loop[2] ?? '')} as |${loop[1]}|}}`;
    }
    case 'endfor':
      return '{{/each}}';
    case 'set': {
      const set = /^(\w+)\s*=\s*([\s\S]+)$/.exec(rest);
      return set === null ? `{{#set "${rest}"}}` : `{{set "${set[1]}" ${value(set[2] ?? '')}}}`;
    }
    case 'endset':
      return '{{/set}}';
    case 'macro':
      return macroForm(rest);
    case 'endmacro':
      return '{{/macro}}';
    case 'raw':
      return '{{{{raw}}}}';
    case 'endraw':
      return '{{{{/raw}}}}';
    default:
      return undefined;
  }
}

function macroForm(rest: string): string {
  const head = /^(\w+)\s*\(([\s\S]*)\)$/.exec(rest);
  const parameters = splitArguments(head?.[2] ?? '').map((part) => {
    const named = /^(\w+)\s*=\s*([\s\S]*)$/.exec(part);
    return named === null ? ` "${part}"` : ` ${named[1]}=${value(named[2] ?? '')}`;
  });
  return `{{#macro "${head?.[1] ?? 'name'}"${parameters.join('')}}}`;
}
