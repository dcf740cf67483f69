/** Descriptions as a reader sees them, without the marks of Markdown: for lines in lists and for the search. */
import { unescapeHtml } from './html.ts';
import type { RenderMarkdown } from './markdown.ts';

/** The words of a description. Paragraphs and items are lines. */
export function plainText(markdown: RenderMarkdown, text: string): string {
  const words = markdown(text).text.replaceAll(/<[^>]*>/g, '');
  return unescapeHtml(words).replaceAll(/[ \t]+/g, ' ').replaceAll(/\s*\n\s*/g, '\n').trim();
}

/** The first line of a text, cut where it is longer. */
export function firstLine(text: string, longest: number): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line;
}
