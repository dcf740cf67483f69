/**
 * HTML that is made only of our own markup: every value that is put in is escaped, unless it is such HTML already. A text that is put
 * in is taken for one of the project, in which secrets are looked for, unless it is marked as one of our own words.
 */

/** Set while a page is made in which the texts of the project are marked. Nothing waits while a page is made. */
let isMarking = false;

/** Markup that may go into a page as it is. Made by `html`, or by `trusted` where a library has made it safe. */
export class Html {
  readonly text: string;
  /** What the project says in it is marked, or there is nothing to mark. */
  readonly isMarked: boolean;

  constructor(text: string, isMarked: boolean = isMarking) {
    this.text = text;
    this.isMarked = isMarked;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

// What XML and HTML have no place for; a page with one of these does not validate.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;
/** One look at what needs nothing, which is nearly everything. */
const special = new RegExp(`[&<>"']|${unprintable.source}`);

/** Text as HTML shows it letter by letter, in content and in attributes between quotes. */
export function escapeHtml(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replace(unprintable, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** The text that `escapeHtml` was given. */
export function unescapeHtml(text: string): string {
  return text.includes('&') ? text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity) : text;
}

/** A template whose values are escaped. Attributes must stand between quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? '';
  for (let at = 0; at < values.length; at += 1) text += textOf(values[at]) + (strings[at + 1] ?? '');
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return isMarking && !value.isMarked ? mark(value.text) : value.text;
  if (typeof value === 'string') return isMarking ? mark(escapeHtml(value)) : escapeHtml(value);
  if (typeof value === 'number') return String(value);
  let text = '';
  for (const entry of value) text += textOf(entry);
  return text;
}

/** Stand around texts of the project where they are marked. `escapeHtml` lets neither through. */
export const quoteStart = '\u0001';
export const quoteEnd = '\u0002';
// oxlint-disable-next-line no-control-regex
const quotes = /[\u0001\u0002]/g;

function mark(markup: string): string {
  return markup === '' ? '' : `${quoteStart}${markup}${quoteEnd}`;
}

/** What `render` gives, with marks around all that the project says. */
export function marking(render: () => string): string {
  isMarking = true;
  try {
    return render();
  } finally {
    isMarking = false;
  }
}

/** Markup of our own, whose maker escapes what it is given. */
export function trusted(text: string): Html {
  return new Html(text, true);
}

/** Markup that is made of a text of the project, by who escapes it. It can be kept, and used on any page. */
export function quoted(markup: string): Html {
  return new Html(withoutQuotes(markup), false);
}

/** Words of the site itself: they stay what they are where a password is the same word. */
export function own(text: string): Html {
  return new Html(escapeHtml(text), true);
}

export function withoutQuotes(markup: string): string {
  return markup.includes(quoteStart) || markup.includes(quoteEnd) ? markup.replaceAll(quotes, '') : markup;
}

export const nothing: Html = new Html('', true);
