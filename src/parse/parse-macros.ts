/** Reads a file of macros: definitions and comments, nothing else. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { MacroDefinition } from './definitions.ts';
import { parseTemplate } from './parse-template.ts';
import type { Block, Call, Template, TemplateNode } from './template.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Parses `{{#macro "name" "argument" other=1}} … {{/macro}}` definitions. */
export function parseMacros(file: SourceFile): Outcome<readonly MacroDefinition[]> {
  const { value: template, diagnostics } = parseTemplate(file);
  const read = readDefinitions(file, template, 'macro');
  return { value: read.value, diagnostics: [...diagnostics, ...read.diagnostics] };
}

/** Whether a template defines tests that others call by name, instead of being one. */
export function definesTests(template: Template): boolean {
  return template.nodes.some((node) => isDefinition(node, 'test'));
}

/** Reads `{{#test "name" "model" "column" other=1}} … {{/test}}` definitions. */
export function readTestDefinitions(file: SourceFile, template: Template): Outcome<readonly MacroDefinition[]> {
  return readDefinitions(file, template, 'test');
}

type Word = 'macro' | 'test';

function isDefinition(node: TemplateNode, word: Word): node is Block {
  return node.kind === 'block' && node.call.name === word && !node.inverted;
}

function readDefinitions(file: SourceFile, template: Template, word: Word): Outcome<readonly MacroDefinition[]> {
  const diagnostics: Diagnostic[] = [];
  const definitions: MacroDefinition[] = [];
  for (const node of template.nodes) {
    if (isDefinition(node, word)) {
      const definition = readDefinition(file, node, word, diagnostics);
      if (definition !== undefined) definitions.push(definition);
    } else if (node.kind !== 'text' || node.text.trim() !== '') diagnostics.push(misplaced(file, node, word));
  }
  return { value: definitions, diagnostics };
}

/** Text is shown without the blank lines around it. */
function misplaced(file: SourceFile, node: TemplateNode, word: Word): Diagnostic {
  const { start, end } = node.kind === 'block' ? node.openSpan : node.span;
  const written = file.text.slice(start, end);
  const from = start + written.length - written.trimStart().length;
  return diagnose('macro-file-content', { word }, { span: { path: file.path, start: from, end: from + written.trim().length } });
}

function readDefinition(file: SourceFile, block: Block, word: Word, diagnostics: Diagnostic[]): MacroDefinition | undefined {
  const problem = (text: string, span = block.openSpan): undefined => {
    diagnostics.push(diagnose('macro-definition', { problem: text, word }, { span }));
    return undefined;
  };
  const [name, ...rest] = block.call.args;
  if (name?.kind !== 'literal' || typeof name.value !== 'string') return problem(`a ${word} starts with its name in quotes`, name?.span);
  if (!IDENTIFIER.test(name.value))
    return problem(`\`${name.value}\` is no name for a ${word}: letters, digits and underscores`, name.span);
  if (block.otherwise !== undefined) return problem(`a ${word} has no \`{{else}}\``);
  if (block.params.length > 0) return problem(`a ${word} names its arguments in quotes, not with \`as |…|\``);
  const parameters: string[] = [];
  for (const argument of rest) {
    if (argument.kind !== 'literal' || typeof argument.value !== 'string')
      return problem(`a ${word} names its arguments in quotes`, argument.span);
    parameters.push(argument.value);
  }
  const defaults = block.call.named.filter((entry) => entry.name !== 'engine');
  const names = [...parameters, ...defaults.map((entry) => entry.name)];
  const wrong = names.find((entry) => !IDENTIFIER.test(entry));
  if (wrong !== undefined) return problem(`\`${wrong}\` is no name for an argument: letters, digits and underscores`);
  const twice = names.find((entry, index) => names.indexOf(entry) !== index);
  if (twice !== undefined) return problem(`the argument \`${twice}\` is named twice`);
  if (word === 'test' && parameters[0] !== 'model') return problem('the first argument of a test is `"model"`: what it looks at');
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
