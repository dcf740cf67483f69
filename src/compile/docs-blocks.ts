/** Fills `{{doc "name"}}` in descriptions. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ParsedDocs } from '../parse/definitions.ts';
import type { Asker } from './facts.ts';
import type { FileTexts } from './hooks.ts';

/** A call of `doc`, or dbt's spelling of one. Other braces in a description are text. */
const DOC = /\{\{~?\s*doc\s+(?:"([^"]*)"|'([^']*)')\s*~?\}\}|\{\{-?\s*doc\(\s*['"]([^'"]*)['"]\s*\)\s*-?\}\}/g;

/** Doc blocks of one name, beyond the first. */
export function findDuplicateDocs(files: readonly ParsedDocs[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const first = new Map<string, Span>();
  for (const { path, blocks } of files) {
    for (const { name, nameSpan } of blocks) {
      const before = first.get(name);
      if (before === undefined) first.set(name, nameSpan);
      else {
        const notes = [{ message: 'the first one is here', span: before }];
        diagnostics.push(diagnose('duplicate-doc', { name, first: before.path, second: path }, { span: nameSpan, notes }));
      }
    }
  }
  return diagnostics;
}

/** What filling doc blocks needs of the file that describes something. */
export interface DescribeContext {
  readonly asker: Asker;
  readonly texts: FileTexts;
  readonly diagnostics: Diagnostic[];
}

/** The description, which stands behind the name at `span`, with its doc blocks filled in. */
export function describe(description: string, span: Span, { asker, texts, diagnostics }: DescribeContext): string {
  return description.replaceAll(DOC, (found: string, double?: string, single?: string, jinja?: string) => {
    if (jinja !== undefined) {
      diagnostics.push(diagnose('jinja-syntax', { found, form: `{{doc "${jinja}"}}` }, { span: placeOf(found, span, texts) }));
      return found;
    }
    const name = double ?? single ?? '';
    const text = asker.get('doc', name);
    if (text === undefined)
      diagnostics.push(diagnose('unknown-doc', { name, known: asker.names('doc') }, { span: placeOf(found, span, texts) }));
    return text ?? found;
  });
}

/** Where the call stands: behind the name of what it describes, unless YAML wrote it in another way. */
function placeOf(found: string, described: Span, texts: FileTexts): Span {
  const start = texts.get(described.path)?.indexOf(found, described.start) ?? -1;
  return start < 0 ? described : { path: described.path, start, end: start + found.length };
}
