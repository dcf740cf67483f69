/** The texts of a project in which variables may be read. */
import type { FileTexts } from '../compile/hooks.ts';
import type { VariableTexts } from '../compile/unused-variables.ts';
import type { Project } from '../project/project.ts';

export function variableTexts({ file, files }: Project, { get }: FileTexts): VariableTexts {
  const texts = files.map(({ path, kind }) => ({ kind, text: get(path) ?? '' }));
  return {
    settings: file.text,
    properties: texts.filter(({ kind }) => kind === 'properties').map(({ text }) => text),
    texts: texts.map(({ text }) => text),
    helpers: texts.filter(({ kind }) => kind === 'js-macro').map(({ text }) => text),
  };
}
