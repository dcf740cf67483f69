/** Every name in the tags and helpers of a project, evaluated or not: in a branch that this target does not take, too. */
import { scanMustaches } from '../parse/scan-mustaches.ts';
import type { LintInput } from './lint-input.ts';

export interface Words {
  /** How often each file has a name in it, by name and path. Of templates, property files and project.yaml only tags count. */
  readonly mentions: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly templates: readonly string[];
  readonly helpers: readonly string[];
}

const WORD = /[\p{L}\p{N}_$]+/gu;
/** Deeper templates do not compile. */
const deepest = 100;

export function collectWords({ project, textOf }: LintInput): Words {
  const mentions = new Map<string, Map<string, number>>();
  const templates: string[] = [project.file.text];
  const helpers: string[] = [];
  const add = (path: string, text: string): void => {
    for (const [word] of text.matchAll(WORD)) {
      const counts = mentions.get(word) ?? new Map<string, number>();
      mentions.set(word, counts.set(path, (counts.get(path) ?? 0) + 1));
    }
  };
  add(project.file.path, tagsOf(project.file.text));
  for (const { kind, path } of project.files) {
    const text = textOf(path);
    if (text === undefined) continue;
    if (kind === 'js-macro') helpers.push(text);
    else templates.push(text);
    add(path, kind === 'js-macro' ? text : tagsOf(text));
  }
  return { mentions, templates, helpers };
}

/** What stands inside of the tags of a template, comments left out. */
export function tagsOf(text: string): string {
  const { tags, problem } = scanMustaches(text, deepest);
  if (problem !== undefined) return text;
  return tags.map(({ kind, start, end }) => (kind === 'comment' ? '' : text.slice(start, end))).join('\n');
}

export function countWord(text: string, word: string): number {
  return [...text.matchAll(WORD)].filter(([found]) => found === word).length;
}
