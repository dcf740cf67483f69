/** Decides which named selectors are defaults: that may be a template. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ParsedProperties, SelectorDefinition } from '../parse/definitions.ts';
import { renderEmbedded } from './embedded-template.ts';
import type { DeclaredSelector } from './fact.ts';
import type { FileContext } from './file-context.ts';
import { Session } from './session.ts';

/** The named selectors of one property file. */
export function compileSelectors({ selectors }: ParsedProperties, context: FileContext): readonly DeclaredSelector[] {
  return selectors.map((definition) => {
    const { name, span, description, entry } = definition;
    const selector = { name, span, description, entry, isDefault: readDefault(definition, context) };
    return { selector, place: definition.isDefault?.span ?? span };
  });
}

/** Defaults beyond the first; `selectors` are in the order of their files. */
export function findSecondDefaults(selectors: readonly DeclaredSelector[]): readonly Diagnostic[] {
  const [first, ...others] = selectors.filter(({ selector }) => selector.isDefault);
  if (first === undefined) return [];
  const notes = [{ message: 'the other one is here', span: first.selector.span }];
  return others.flatMap(({ selector, place }) =>
    // Two selectors of one name have been reported as such.
    selector.name === first.selector.name
      ? []
      : [diagnose('several-default-selectors', { first: first.selector.name, second: selector.name }, { span: place, notes })],
  );
}

function readDefault({ name, isDefault }: SelectorDefinition, { environment, texts, diagnostics }: FileContext): boolean {
  if (isDefault === undefined) return false;
  const { value, span } = isDefault;
  if (typeof value === 'boolean') return value;
  const session = new Session({ environment, place: 'the `default` of a selector' });
  const rendered = renderEmbedded({ text: value, span, fileText: texts.get(span.path) }, session);
  diagnostics.push(...session.diagnostics);
  if (session.diagnostics.length > 0) return false;
  const word = rendered.sql.trim();
  if (word !== 'true' && word !== 'false') {
    const expected = '`true`, `false`, or a template that gives one of them';
    const found = word === '' ? 'empty text' : `\`${word}\``;
    diagnostics.push(diagnose('wrong-value', { key: `default of \`${name}\``, expected, found }, { span }));
  }
  return word === 'true';
}
