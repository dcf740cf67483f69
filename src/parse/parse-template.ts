/** Parses one template: bounds first, then Jinja leftovers, then the tree. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { ParsedTree, Place } from './handlebars-tree.ts';
import { parseHandlebars } from './handlebars-tree.ts';
import { findJinja, suspectsStatements } from './jinja.ts';
import { lowerTemplate } from './lower-template.ts';
import type { Tag, TagProblem } from './scan-mustaches.ts';
import { scanMustaches } from './scan-mustaches.ts';
import { readSimpleTree } from './simple-tree.ts';
import type { Template } from './template.ts';

/** Longest template, in UTF-16 code units. */
export const maxTemplateLength = 1_048_576;

/** Most blocks within blocks, and calls within calls: the parser's time grows with the square of the depth. */
export const maxTemplateDepth = 100;

/** Parses `file`. A template with errors comes back marked as broken, without nodes. */
export function parseTemplate(file: SourceFile): Outcome<Template> {
  const { path, text } = file;
  if (text.length > maxTemplateLength) {
    const limit = `${maxTemplateLength.toLocaleString('en')} characters`;
    return broken([diagnose('template-limit', { what: 'the template is longer', limit }, { span: { path, start: 0, end: 0 } })]);
  }
  if (!text.includes('{{') && !suspectsStatements(text)) return { value: plain(file), diagnostics: [] };
  const { tags, problem } = scanMustaches(text, maxTemplateDepth);
  const jinja = findJinja(text, tags);
  if (jinja.length > 0) {
    return broken(
      jinja.map(({ start, end, found, form, foreign }) =>
        diagnose('jinja-syntax', { found, form, foreign }, { span: { path, start, end } }),
      ),
    );
  }
  if (problem !== undefined) return broken([describeProblem(file, problem)]);
  const simple = readSimpleTree(text, tags);
  const parsed: ParsedTree = simple === undefined ? parseHandlebars(text) : { tree: simple };
  if (parsed.tree === undefined) return broken([describeSyntax(file, parsed.at, tags)]);
  const diagnostics: Diagnostic[] = [];
  const nodes = lowerTemplate({ file, diagnostics }, parsed.tree);
  return diagnostics.length > 0 ? broken(diagnostics) : { value: { nodes }, diagnostics };
}

function plain(file: SourceFile): Template {
  const { path, text } = file;
  return { nodes: text === '' ? [] : [{ kind: 'text', text, span: { path, start: 0, end: text.length } }] };
}

function broken(diagnostics: readonly Diagnostic[]): Outcome<Template> {
  return { value: { nodes: [], broken: true }, diagnostics };
}

function describeProblem(file: SourceFile, problem: TagProblem): Diagnostic {
  const { path, text } = file;
  const spanOf = (place: Place): Span => ({ path, start: place.start, end: place.end });
  const lineOf = (place: Place): number => positionAt(text, place.start).line;
  switch (problem.kind) {
    case 'unclosed-tag': {
      const opener = /^\{\{(?:~?!(?:--)?|\{\{|\{)?/.exec(text.slice(problem.start))?.[0] ?? '{{';
      return diagnose('template-unclosed', { what: opener, line: lineOf(problem), end: closerOf(opener) }, { span: spanOf(problem) });
    }
    case 'unclosed-block':
      return diagnose(
        'template-unclosed',
        { what: `{{#${problem.name}}}`, line: lineOf(problem), end: `{{/${problem.name}}}` },
        { span: spanOf(problem) },
      );
    case 'wrong-close': {
      const { opened, closed } = problem;
      const notes = [{ message: `\`${opened.name}\` is opened here`, span: spanOf(opened) }];
      return diagnose(
        'template-wrong-close',
        { closed: closed.name, opened: opened.name, line: lineOf(opened) },
        { span: spanOf(closed), notes },
      );
    }
    case 'stray-close': {
      const found = text.slice(problem.tag.start, problem.tag.end);
      return diagnose(
        'template-syntax',
        { problem: `\`${found}\` belongs to no open block`, hint: 'take it away, or open the block before it' },
        { span: spanOf(problem.tag) },
      );
    }
    default: {
      const limit = `${maxTemplateDepth} levels`;
      return diagnose('template-limit', { what: 'blocks or calls nest deeper', limit }, { span: spanOf(problem) });
    }
  }
}

function closerOf(opener: string): string {
  if (opener.includes('!--')) return '--}}';
  if (opener === '{{{{') return '{{{{/raw}}}}';
  return opener === '{{{' ? '}}}' : '}}';
}

/** Says what the grammar stumbled over, in the words of the tag that it stands in. */
function describeSyntax(file: SourceFile, at: Place, tags: readonly Tag[]): Diagnostic {
  const { path, text } = file;
  const tag = tags.find((candidate) => candidate.start <= at.start && at.start < candidate.end);
  const found = /^[^\s{}()"']+/.exec(text.slice(at.start, at.start + 80))?.[0] ?? text.slice(at.start, Math.max(at.end, at.start + 1));
  if (tag === undefined) {
    return diagnose('template-syntax', { problem: `\`${found}\` was not expected here`, hint: undefined }, { span: { path, ...at } });
  }
  const written = text.slice(tag.start, tag.end);
  return diagnose(
    'template-syntax',
    { problem: `\`${found}\` was not expected here`, hint: syntaxHint(written, found) },
    { span: { path, ...at } },
  );
}

function syntaxHint(written: string, found: string): string | undefined {
  if (/^\{\{~?\s*\}\}$/.test(written)) return 'write an expression between the braces, such as `{{ref "orders"}}`';
  if (written.startsWith('{{else') || /^\{\{~?\^\s*~?\}\}$/.test(written)) return 'a block has one `{{else}}`, and it comes last';
  if (/^\{\{\s*(?:'[^']*'|"[^"]*"|\w+)\s*:/.test(written)) return 'braces that belong to the SQL are written `\\{{`';
  if (found.includes(',')) return 'arguments are separated by spaces, not by commas';
  if (/^[=!<>]=?|^[+*/%&|-]/.test(found)) return 'there are no operators: write `(eq a b)`, `(gt a b)`, `(and a b)`, `(add a b)`';
  if (found.startsWith('}')) return 'named arguments come last, and each needs a value: `{{name "value" key="value"}}`';
  if (found === 'as') return 'only blocks name values: `{{#each list as |item|}}`';
  if (found.startsWith('(')) return 'a call in parentheses is an argument: `{{name (other "value")}}`';
  if (found.startsWith('"') || found.startsWith("'"))
    return 'a string ends with the quote that it starts with, and quotes inside are of the other kind';
  return 'a tag is a name with arguments: `{{name "value" key="value"}}`';
}
