/** Masks secrets in a finished page: in all that readers see, never in what holds the page together. */
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { escapeHtml } from './html.ts';

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

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** `page` with the secrets of its texts replaced, however HTML spells them. */
export function maskHtml(page: string, find: FindSecrets): string {
  // Nearly all pages have none, and one look is cheaper than one for each text.
  if (find(unescapeHtml(page)).length === 0) return page;
  const mask = (text: string): string => {
    const plain = unescapeHtml(text);
    const masked = hideSecrets(plain, find);
    return masked === plain ? text : escapeHtml(masked);
  };
  const maskTag = (tag: string): string =>
    tag
      .replaceAll(textAttribute, (_, name: string, value: string) => ` ${name}="${mask(value)}"`)
      .replaceAll(outside, (_, address: string) => ` href="${mask(address)}"`)
      .replaceAll(columnPlace, (_, name: string, start: string, column: string) => ` ${name}="${start}${mask(column)}"`)
      .replaceAll(asked, (_, start: string, fields: string) => ` href="${start}${fields.replaceAll(/=([^&]*)/g, (__, value: string) => `=${mask(value)}`)}"`);
  return page.replaceAll(piece, (part, own: string | undefined) => (own !== undefined ? part : part.startsWith('<') ? maskTag(part) : mask(part)));
}

function unescapeHtml(text: string): string {
  return text.includes('&') ? text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity) : text;
}
