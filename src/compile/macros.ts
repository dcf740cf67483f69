/** Lists the macros of a project with their texts and descriptions. */
import type { ParsedProperties } from '../parse/definitions.ts';
import type { CompiledMacro } from './compiled.ts';
import type { Describe } from './docs-blocks.ts';
import type { FileTexts } from './hooks.ts';
import type { Environment } from './session.ts';

/** Every macro that templates of this target can call, by name. */
export function listMacros(
  environment: Environment,
  properties: readonly ParsedProperties[],
  files: { readonly texts: FileTexts; readonly describe: Describe },
): readonly CompiledMacro[] {
  const descriptions = new Map<string, string>();
  for (const { name, description, span } of properties.flatMap((file) => file.macros)) {
    if (!descriptions.has(name)) descriptions.set(name, files.describe(description, span));
  }
  const macros: CompiledMacro[] = [];
  for (const [name, { span, body }] of environment.macros) {
    macros.push({ name, path: span.path, description: descriptions.get(name) ?? '', text: body.file.text.slice(span.start, span.end) });
  }
  for (const [name, { path }] of environment.functions) {
    macros.push({ name, path, description: descriptions.get(name) ?? '', text: files.texts.get(path) ?? '' });
  }
  return macros.sort((a, b) => (a.name < b.name ? -1 : 1));
}
