/** Fills `{{doc "name"}}` in descriptions. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { DocBlock, ParsedFile } from '../parse/definitions.ts';
import type { FileTexts } from './hooks.ts';

/** A call of `doc`, or dbt's spelling of one. Other braces in a description are text. */
const DOC = /\{\{~?\s*doc\s+(?:"([^"]*)"|'([^']*)')\s*~?\}\}|\{\{-?\s*doc\(\s*['"]([^'"]*)['"]\s*\)\s*-?\}\}/g;

/** Gives a description with its doc blocks in place. */
export type Describe = (description: string, span: Span) => string;

export function collectDocs(parsed: readonly ParsedFile[], texts: FileTexts, diagnostics: Diagnostic[]): Describe {
  const blocks = new Map<string, DocBlock>();
  for (const file of parsed) {
    if (file.kind !== 'docs') continue;
    for (const block of file.blocks) {
      const first = blocks.get(block.name)?.nameSpan;
      if (first === undefined) blocks.set(block.name, block);
      else {
        const notes = [{ message: 'the first one is here', span: first }];
        diagnostics.push(
          diagnose('duplicate-doc', { name: block.name, first: first.path, second: file.path }, { span: block.nameSpan, notes }),
        );
      }
    }
  }
  return (description, span) => {
    if (!description.includes('{{')) return description;
    return description.replaceAll(DOC, (found: string, double?: string, single?: string, jinja?: string) => {
      if (jinja !== undefined) {
        diagnostics.push(diagnose('jinja-syntax', { found, form: `{{doc "${jinja}"}}` }, { span: placeOf(found, span, texts) }));
        return found;
      }
      const name = double ?? single ?? '';
      const block = blocks.get(name);
      if (block === undefined)
        diagnostics.push(diagnose('unknown-doc', { name, known: [...blocks.keys()] }, { span: placeOf(found, span, texts) }));
      return block?.text ?? found;
    });
  };
}

/** Where the call stands: behind the name of what it describes, unless YAML wrote it in another way. */
function placeOf(found: string, described: Span, texts: FileTexts): Span {
  const start = texts.get(described.path)?.indexOf(found, described.start) ?? -1;
  return start < 0 ? described : { path: described.path, start, end: start + found.length };
}
