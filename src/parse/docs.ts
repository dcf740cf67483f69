/** Finds the doc blocks of a Markdown file. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { DocBlock, ParsedDocs } from './definitions.ts';

/** An opening or closing tag, or dbt's spelling of one. */
const TAG = /\{\{~?\s*([#/])docs\b([^}]*)\}\}|\{%-?\s*(?:end)?docs\b[^%]*%\}/g;
const NAME = /^\s+(?:"([^"]+)"|'([^']+)')\s*~?$/;

interface OpenBlock {
  readonly name: string;
  readonly nameSpan: Span;
  readonly start: number;
  readonly textStart: number;
}

/** Reads `{{#docs "name"}} … {{/docs}}`; all text outside is left alone. */
export function parseDocs(source: SourceFile): Outcome<ParsedDocs> {
  const { path, text } = source;
  const blocks: DocBlock[] = [];
  const diagnostics: Diagnostic[] = [];
  let open: OpenBlock | undefined;
  for (const match of text.matchAll(TAG)) {
    const end = match.index + match[0].length;
    const [tag, mark, rest = ''] = match;
    const block = mark === '#' ? readOpening(path, match.index, tag, rest) : undefined;
    if (mark === '/' && rest.trim() === '' && open !== undefined) {
      blocks.push({ name: open.name, nameSpan: open.nameSpan, text: text.slice(open.textStart, match.index).trim() });
      open = undefined;
    } else if (block !== undefined && open === undefined) open = block;
    else diagnostics.push(diagnose('docs-block-malformed', { text: tag }, { span: { path, start: match.index, end } }));
  }
  if (open !== undefined) {
    const { line } = positionAt(text, open.start);
    diagnostics.push(
      diagnose('docs-block-unclosed', { name: open.name, line }, { span: { path, start: open.start, end: open.textStart } }),
    );
  }
  return { value: { kind: 'docs', path, blocks }, diagnostics };
}

function readOpening(path: string, start: number, tag: string, rest: string): OpenBlock | undefined {
  const match = NAME.exec(rest);
  const name = match?.[1] ?? match?.[2];
  if (name === undefined) return undefined;
  const nameStart = start + tag.indexOf('docs') + 'docs'.length + rest.indexOf(name);
  return { name, nameSpan: { path, start: nameStart, end: nameStart + name.length }, start, textStart: start + tag.length };
}
