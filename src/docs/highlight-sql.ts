/** Colours SQL and templates. One pass of our own lexer: general highlighters take longer than all the rest of a page. */
import { nextSqlToken } from '../parse/sql-scan.ts';
import type { SqlTokenKind } from '../parse/sql-scan.ts';
import { escapeHtml, quoted } from "./html.ts";
import type { Html } from "./html.ts";

const keywords = new Set(
  (
    'all and any array as asc asof between by case cast create cross cube current delete desc distinct drop else end escape except ' +
    'exclude exists extract false fetch filter first following for from full group grouping having if ilike in inner insert ' +
    'intersect interval into is join lag last lateral lead left like limit natural not null nulls offset on or order outer over ' +
    'partition pivot preceding qualify range recursive replace right rollup row rows select semi set sets similar some struct ' +
    'table tablesample then to true unbounded union unique unnest unpivot update using values view when where window with within'
  ).split(' '),
);

/** A mustache, or what a compiled text leaves to the run. */
const mustache = /\{\{[\s\S]*?\}\}+/g;

const classes: Partial<Readonly<Record<SqlTokenKind, string>>> = {
  string: 's',
  number: 'n',
  'line-comment': 'c',
  'block-comment': 'c',
  'quoted-name': 'q',
};

interface Range {
  readonly start: number;
  readonly end: number;
}

export function highlightSql(text: string): Html {
  const mustaches: Range[] = [];
  // To the lexer a mustache is part of a name: what is inside has quotes of its own.
  const plain = text.includes('{{')
    ? text.replace(mustache, (found, start: number) => {
        mustaches.push({ start, end: start + found.length });
        return 'x'.repeat(found.length);
      })
    : text;
  let out = '';
  let at = 0;
  let next = 0;
  /** Text up to `end`, its mustaches marked. */
  const write = (end: number): void => {
    for (let span = mustaches[next]; span !== undefined && span.start < end; span = mustaches[next]) {
      const stop = Math.min(span.end, end);
      if (span.start > at) out += escapeHtml(text.slice(at, span.start));
      out += `<span class="m">${escapeHtml(text.slice(Math.max(at, span.start), stop))}</span>`;
      at = stop;
      if (span.end > end) return;
      next += 1;
    }
    if (end > at) out += escapeHtml(text.slice(at, end));
    at = end;
  };
  for (let token = nextSqlToken(plain, 0); token !== undefined; token = nextSqlToken(plain, token.end)) {
    const isKeyword = token.kind === 'word' && keywords.has(plain.slice(token.start, token.end).toLowerCase());
    const name = isKeyword ? 'k' : classes[token.kind];
    if (name === undefined) continue;
    write(token.start);
    out += `<span class="${name}">`;
    write(token.end);
    out += '</span>';
  }
  write(text.length);
  return quoted(out);
}
