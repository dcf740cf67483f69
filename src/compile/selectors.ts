/** Decides which named selector is the default: its `default` may be a template. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ParsedProperties, SelectorDefinition } from '../parse/definitions.ts';
import type { CompiledSelector } from './compiled.ts';
import { renderEmbedded } from './embedded-template.ts';
import type { FileTexts } from './hooks.ts';
import type { Environment } from './session.ts';
import { Session } from './session.ts';

export interface SelectorInput {
  readonly properties: readonly ParsedProperties[];
  readonly environment: Environment;
  readonly texts: FileTexts;
  readonly diagnostics: Diagnostic[];
}

/** Every named selector of the project, in the order of the files; of two with one name, reported elsewhere, the first. */
export function compileSelectors(input: SelectorInput): readonly CompiledSelector[] {
  const selectors = new Map<string, CompiledSelector>();
  let first: SelectorDefinition | undefined;
  for (const definition of input.properties.flatMap((file) => file.selectors)) {
    if (selectors.has(definition.name)) continue;
    const { name, span, description, entry } = definition;
    const isDefault = readDefault(definition, input);
    selectors.set(name, { name, span, description, entry, isDefault: isDefault && first === undefined });
    if (!isDefault) continue;
    if (first !== undefined) {
      const notes = [{ message: 'the other one is here', span: first.span }];
      input.diagnostics.push(
        diagnose('several-default-selectors', { first: first.name, second: name }, { span: definition.isDefault?.span ?? span, notes }),
      );
    }
    first ??= definition;
  }
  return [...selectors.values()];
}

function readDefault({ name, isDefault }: SelectorDefinition, input: SelectorInput): boolean {
  if (isDefault === undefined) return false;
  const { value, span } = isDefault;
  if (typeof value === 'boolean') return value;
  const session = new Session({ environment: input.environment, place: 'the `default` of a selector' });
  const rendered = renderEmbedded({ text: value, span, fileText: input.texts.get(span.path) }, session);
  input.diagnostics.push(...session.diagnostics);
  if (session.diagnostics.length > 0) return false;
  const word = rendered.sql.trim();
  if (word !== 'true' && word !== 'false') {
    const expected = '`true`, `false`, or a template that gives one of them';
    const found = word === '' ? 'empty text' : `\`${word}\``;
    input.diagnostics.push(diagnose('wrong-value', { key: `default of \`${name}\``, expected, found }, { span }));
  }
  return word === 'true';
}
