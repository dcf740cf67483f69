/** Masks secrets in a finished page: in what the project says, never in what holds the page together and in the words of the site. */
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { escapeHtml, marking, quoteEnd, quoteStart, unescapeHtml, withoutQuotes } from './html.ts';

/** An element of our own code, a tag, or the text between two tags. Values of attributes hold no `>`: it is escaped. */
const piece = /<(script|style)\b[^>]*>[\s\S]*?<\/\1>|<[^>]*>|[^<]+/g;

/** Attributes that hold texts of the project. Names of classes, files and places would no longer fit together. */
const textAttribute = / (title|aria-label|data-title|data-column|data-folder|data-owner)="([^"]*)"/g;

/** A column in the name of its place. It is the same in a link and where that leads to. */
const columnPlace = / (id|href)="((?:[^"]*[#:])?c-)([^"]*)"/g;

/** What a link asks a list or the explorer for. */
const asked = / href="([^"#:]*#)([^"]*=[^"]*)"/g;

/** Links out of the site are texts of the project. */
const outside = / href="((?:https?|mailto):[^"]*)"/gi;

/** The page that `render` gives, with the secrets of what the project says replaced, however HTML spells them. Words of the site itself stay. */
export function maskHtml(render: () => string, find: FindSecrets): string {
  const bare = render();
  // Nearly all pages have none: to make the others twice is cheaper than to mark what is whose on all of them.
  if (find(unescapeHtml(bare)).length === 0) return bare;
  const page = marking(render);
  const mask = (text: string): string => {
    const plain = unescapeHtml(text);
    const masked = hideSecrets(plain, find);
    return masked === plain ? text : escapeHtml(masked);
  };
  let depth = 0;
  const maskQuoted = (text: string): string => {
    const read = readQuotes(text, depth);
    depth = read.depth;
    // A secret may begin in a word of ours, but it does not end there.
    const hidden = find(read.plain).filter(({ start, end }) => read.quotes.some((quote) => quote.start < end && start < quote.end));
    return hidden.length === 0 ? withoutQuotes(text) : escapeHtml(hideSecrets(read.plain, () => hidden));
  };
  const maskTag = (tag: string): string =>
    withoutQuotes(tag.replaceAll(textAttribute, (_, name: string, value: string) => ` ${name}="${maskQuoted(value)}"`))
      .replaceAll(outside, (_, address: string) => ` href="${mask(address)}"`)
      .replaceAll(columnPlace, (_, name: string, start: string, column: string) => ` ${name}="${start}${mask(column)}"`)
      .replaceAll(asked, (_, start: string, fields: string) => ` href="${start}${fields.replaceAll(/=([^&]*)/g, (__, value: string) => `=${mask(value)}`)}"`);
  return page.replaceAll(piece, (part, element: string | undefined) => (element !== undefined ? withoutQuotes(part) : part.startsWith('<') ? maskTag(part) : maskQuoted(part)));
}

// oxlint-disable-next-line no-control-regex
const quote = /([\u0001\u0002])/;

interface Quotes {
  /** The text as it is read. */
  readonly plain: string;
  /** What of it the project says. */
  readonly quotes: readonly { readonly start: number; readonly end: number }[];
  /** Quotes that are still open at its end: they may hold markup. */
  readonly depth: number;
}

function readQuotes(text: string, open: number): Quotes {
  let [plain, depth] = ['', open];
  const quotes: { start: number; end: number }[] = [];
  for (const part of text.split(quote)) {
    if (part === quoteStart) depth += 1;
    else if (part === quoteEnd) depth -= 1;
    else if (part !== '') {
      const words = unescapeHtml(part);
      if (depth > 0) quotes.push({ start: plain.length, end: plain.length + words.length });
      plain += words;
    }
  }
  return { plain, quotes, depth };
}
