/** Reads a file of macros: definitions and comments, nothing else. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { MacroDefinition } from './definitions.ts';
import { parseTemplate } from './parse-template.ts';
import type { Block, Call, TemplateNode } from './template.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Parses `{{#macro "name" "argument" other=1}} … {{/macro}}` definitions. */
export function parseMacros(file: SourceFile): Outcome<readonly MacroDefinition[]> {
  const parsed = parseTemplate(file);
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  const macros: MacroDefinition[] = [];
  for (const node of parsed.value.nodes) {
    if (node.kind === 'block' && node.call.name === 'macro' && !node.inverted) {
      const macro = readMacro(file, node, diagnostics);
      if (macro !== undefined) macros.push(macro);
    } else if (node.kind !== 'text' || node.text.trim() !== '') diagnostics.push(misplaced(file, node));
  }
  return { value: macros, diagnostics };
}

/** Text is shown without the blank lines around it. */
function misplaced(file: SourceFile, node: TemplateNode): Diagnostic {
  const { start, end } = node.kind === 'block' ? node.openSpan : node.span;
  const written = file.text.slice(start, end);
  const from = start + written.length - written.trimStart().length;
  return diagnose('macro-file-content', {}, { span: { path: file.path, start: from, end: from + written.trim().length } });
}

function readMacro(file: SourceFile, block: Block, diagnostics: Diagnostic[]): MacroDefinition | undefined {
  const problem = (text: string, span = block.openSpan): undefined => {
    diagnostics.push(diagnose('macro-definition', { problem: text }, { span }));
    return undefined;
  };
  const [name, ...rest] = block.call.args;
  if (name?.kind !== 'literal' || typeof name.value !== 'string') return problem('a macro starts with its name in quotes', name?.span);
  if (!IDENTIFIER.test(name.value)) return problem(`\`${name.value}\` is no name for a macro: letters, digits and underscores`, name.span);
  if (block.otherwise !== undefined) return problem('a macro has no `{{else}}`');
  if (block.params.length > 0) return problem('a macro names its arguments in quotes, not with `as |…|`');
  const parameters: string[] = [];
  for (const argument of rest) {
    if (argument.kind !== 'literal' || typeof argument.value !== 'string')
      return problem('a macro names its arguments in quotes', argument.span);
    parameters.push(argument.value);
  }
  const defaults = block.call.named.filter((entry) => entry.name !== 'engine');
  const names = [...parameters, ...defaults.map((entry) => entry.name)];
  const wrong = names.find((entry) => !IDENTIFIER.test(entry));
  if (wrong !== undefined) return problem(`\`${wrong}\` is no name for an argument: letters, digits and underscores`);
  const twice = names.find((entry, index) => names.indexOf(entry) !== index);
  if (twice !== undefined) return problem(`the argument \`${twice}\` is named twice`);
  const engine = readEngine(block.call);
  if (engine === false) return problem('`engine=` is the word of a target’s `type:`, in quotes');
  return {
    name: name.value,
    nameSpan: name.span,
    parameters,
    parameterSpans: [...rest, ...defaults].map(({ span }) => span),
    defaults: defaults.map(({ name: parameter, value }) => ({
      name: parameter,
      value,
      text: file.text.slice(value.span.start, value.span.end),
    })),
    ...(engine === undefined ? {} : { engine }),
    body: { nodes: block.body },
    span: block.span,
  };
}

function readEngine(call: Call): string | undefined | false {
  const given = call.named.find((entry) => entry.name === 'engine')?.value;
  if (given === undefined) return undefined;
  return given.kind === 'literal' && typeof given.value === 'string' && given.value !== '' ? given.value : false;
}
