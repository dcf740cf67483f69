/** What the files of a project declare beside nodes: groups, doc blocks, macros, named selectors. */
import type { CompiledMacro, CompiledProject } from './compiled.ts';
import type { FactKind, FactValues } from './fact.ts';
import type { FileTexts } from './hooks.ts';

/** A fact with the file that told it. */
export interface ToldFact<K extends FactKind> {
  readonly name: string;
  readonly path: string;
  readonly value: FactValues[K];
}

/** All facts of a kind, in the order of the files. */
export type Told = <K extends FactKind>(kind: K) => readonly ToldFact<K>[];

export interface DeclarationInput {
  readonly told: Told;
  readonly texts: FileTexts;
}

export type Declarations = Pick<CompiledProject, 'groups' | 'docBlocks' | 'macros' | 'selectors'>;

export function declarationsOf(input: DeclarationInput, engine: string): Declarations {
  return { groups: groupsIn(input), docBlocks: docBlocksIn(input), macros: macrosIn(input, engine), selectors: selectorsIn(input) };
}

export function groupsIn({ told }: DeclarationInput): Declarations['groups'] {
  return told('group').map(({ value }) => value);
}

export function docBlocksIn({ told }: DeclarationInput): Declarations['docBlocks'] {
  return told('doc').map(({ name, path, value }) => ({ name, path, text: value }));
}

/** Every named selector, in the order of the files; of two with one name, reported elsewhere, the first. */
export function selectorsIn({ told }: DeclarationInput): Declarations['selectors'] {
  const selectors = new Map<string, Declarations['selectors'][number]>();
  let hasDefault = false;
  for (const { name, value } of told('selector')) {
    if (selectors.has(name)) continue;
    const { selector } = value;
    // A second default is a mistake that was reported.
    selectors.set(name, selector.isDefault && hasDefault ? { ...selector, isDefault: false } : selector);
    hasDefault ||= selector.isDefault;
  }
  return [...selectors.values()];
}

/** Every macro and helper that templates of this engine can call, by name. */
export function macrosIn({ told, texts }: DeclarationInput, engine: string): Declarations['macros'] {
  const descriptions = new Map<string, string>();
  for (const { name, value } of told('macro-description')) if (!descriptions.has(name)) descriptions.set(name, value);
  const macros = new Map<string, CompiledMacro>();
  const add = (name: string, path: string, text: string): void => {
    macros.set(name, { name, path, description: descriptions.get(name) ?? '', text });
  };
  const known = told('macro');
  // The variant for the engine stands before the general one.
  for (const wanted of [engine, undefined]) {
    for (const { path, value } of known) {
      if (value.engine !== wanted || macros.has(value.name)) continue;
      add(value.name, path, (texts.get(path) ?? '').slice(value.span.start, value.span.end));
    }
  }
  for (const { name, path } of told('helper')) if (!macros.has(name)) add(name, path, texts.get(path) ?? '');
  return [...macros.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
