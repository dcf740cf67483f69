/** Parses any file of a project by its kind. */
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { ProjectSource } from '../project/project.ts';
import type { ParsedFile } from './definitions.ts';
import { parseDocs } from './docs.ts';
import { definesTests, parseMacros, readTestDefinitions } from './parse-macros.ts';
import { parseTemplate } from './parse-template.ts';
import { parseProperties } from './properties.ts';

/**
 * Parses one file. What is wrong is reported; the value holds what could be understood.
 * With the project's name, problems in a model or test carry the id of that node.
 */
export function parseFile(source: ProjectSource, projectName?: string): Outcome<ParsedFile | undefined> {
  const { path, base } = source;
  switch (source.kind) {
    case 'model':
    case 'singular-test': {
      const { value: template, diagnostics } = parseTemplate({ path, text: source.text });
      const name = nodeName(path);
      const node = projectName === undefined ? undefined : `${source.kind === 'model' ? 'model' : 'test'}.${projectName}.${name}`;
      if (source.kind === 'singular-test' && definesTests(template)) {
        const { value: tests, diagnostics: problems } = readTestDefinitions({ path, text: source.text }, template);
        return { value: { kind: 'tests', path, tests }, diagnostics: [...diagnostics, ...problems] };
      }
      const owned = node === undefined ? diagnostics : diagnostics.map((entry) => ({ ...entry, node }));
      return { value: { kind: source.kind, path, base, name, template }, diagnostics: owned };
    }
    case 'macro': {
      const { value: macros, diagnostics } = parseMacros({ path, text: source.text });
      return { value: { kind: 'macros', path, macros, ...(diagnostics.length > 0 ? { broken: true } : {}) }, diagnostics };
    }
    case 'js-macro':
      return { value: { kind: 'js-macros', path }, diagnostics: [] };
    case 'properties':
      return parseProperties(source);
    case 'fixture':
      return { value: { kind: 'fixture', path, base }, diagnostics: [] };
    case 'docs':
      return parseDocs(source);
    case 'seed':
      return { value: undefined, diagnostics: [] };
  }
}

/** The name of what a file defines: its own name without the ending. */
export function nodeName(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.replace(/\.[^.]*$/, '');
}
