/** Comments that silence rules where they stand: `tx-ignore: rule, rule`. */
import { lineStarts, positionAt } from '../diagnostics/span.ts';
import { scanMustaches } from '../parse/scan-mustaches.ts';
import { nextSqlToken, isComment } from '../parse/sql-scan.ts';
import type { ProjectFile } from '../project/project.ts';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';

export interface Ignore {
  readonly path: string;
  readonly rule: string;
  /** Of the name of the rule. */
  readonly start: number;
  readonly end: number;
  /** The line of the comment, and the one after the lines that the comment and others of its kind fill. */
  readonly lines: readonly [first: number, next: number];
  /** It stands before everything else, and so for the whole file. */
  readonly isForFile: boolean;
}

interface Comment {
  readonly start: number;
  readonly end: number;
}

const MARK = /tx-ignore:[ \t]*([A-Za-z][\w-]*(?:[ \t]*,[ \t]*[A-Za-z][\w-]*)*)/g;

/** The ignores of a file, in their order. */
export function findIgnores({ kind, path }: Pick<ProjectFile, 'kind' | 'path'>, text: string): readonly Ignore[] {
  // What Markdown and rows of tests say of it is an example.
  if (!text.includes('tx-ignore:') || kind === 'docs' || kind === 'fixture') return [];
  const comments = kind === 'properties' ? yamlComments(path, text) : kind === 'js-macro' ? jsComments(text) : templateComments(text);
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => positionAt(text, offset, starts).line;
  return comments.flatMap((comment, at): readonly Ignore[] => {
    const first = lineOf(comment.start);
    const head = text.slice(0, comment.start);
    const isForFile = blankOut(head, comments.slice(0, at)).trim() === '';
    // A comment that has its line for itself speaks of the next line that is none.
    const isAlone = /^[ \t]*$/.test(head.slice(head.lastIndexOf('\n') + 1));
    let last = lineOf(Math.max(comment.start, comment.end - 1));
    for (const next of comments.slice(at + 1))
      if (isAlone && lineOf(next.start) === last + 1) last = lineOf(Math.max(next.start, next.end - 1));
    return [...text.slice(comment.start, comment.end).matchAll(MARK)].flatMap((match) => {
      const names = match[1] ?? '';
      const from = comment.start + match.index + match[0].length - names.length;
      return [...names.matchAll(/[\w-]+/g)].map(({ 0: rule, index }): Ignore => {
        return { path, rule, start: from + index, end: from + index + rule.length, lines: [first, isAlone ? last + 1 : first], isForFile };
      });
    });
  });
}

/** The text with comments as blanks. */
function blankOut(text: string, comments: readonly Comment[]): string {
  let rest = text;
  for (const { start, end } of comments) rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
  return rest;
}

/** Deeper templates do not compile. */
const deepest = 100;

/** Comments of the template and of the SQL; what other tags hold is neither. */
function templateComments(text: string): readonly Comment[] {
  const { tags } = scanMustaches(text, deepest);
  const comments: Comment[] = tags.filter(({ kind }) => kind === 'comment');
  const covered = blankOut(text, tags);
  for (let token = nextSqlToken(covered, 0); token !== undefined; token = nextSqlToken(covered, token.end))
    if (isComment(token)) comments.push({ start: token.start, end: token.end });
  return comments.sort((a, b) => a.start - b.start);
}

function yamlComments(path: string, text: string): readonly Comment[] {
  const scalars: { readonly start: number; readonly end: number }[] = [];
  const visit = (node: YamlNode): void => {
    if (node.kind === 'scalar') scalars.push(node);
    else if (node.kind === 'list') node.items.forEach(visit);
    else
      for (const { keyStart, keyEnd, value } of node.entries) {
        scalars.push({ start: keyStart, end: keyEnd });
        visit(value);
      }
  };
  const tree = parseYaml({ path, text }).value;
  if (tree !== undefined) visit(tree);
  return [...text.matchAll(/(?<=^|[ \t])#.*$/gm)].flatMap(({ 0: found, index }) =>
    scalars.some(({ start, end }) => start <= index && index < end) ? [] : [{ start: index, end: index + found.length }],
  );
}

function jsComments(text: string): readonly Comment[] {
  return [...text.matchAll(/\/\/.*$|\/\*[^]*?\*\//gm)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }));
}
