/** Collects what all templates of a project share: macros, JavaScript helpers, variables, the target. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { TemplateNode } from '../parse/template.ts';
import type { Located, Project, YamlValue } from '../project/project.ts';
import { isBuiltinName } from './functions/builtins.ts';
import type { Environment, JsFunction, LostNames } from './session.ts';
import type { Value, ValueMap } from './values.ts';
import { fromYaml } from './values.ts';

export interface EnvironmentInput {
  readonly project: Project;
  readonly dialect: Dialect;
  readonly flagVars: Readonly<Record<string, YamlValue>>;
  readonly macros: readonly MacroDefinition[];
  readonly functions: ReadonlyMap<string, JsFunction>;
  /** What the JavaScript files of the project failed to define. */
  readonly lost: LostNames;
}

export function createEnvironment(input: EnvironmentInput): Outcome<Environment> {
  const { project, dialect, functions } = input;
  const diagnostics: Diagnostic[] = [];
  const missing = new Set(input.lost.names);
  const macros = chooseMacros(input, missing, diagnostics);
  const { target } = project;
  const targetVars = plainVars(target.vars);
  const value: Environment = {
    projectName: project.name,
    dialect,
    macros,
    functions,
    lost: { any: input.lost.any, names: missing },
    vars: { ...plainVars(project.vars), ...targetVars, ...input.flagVars },
    target: {
      name: target.name,
      type: target.type,
      schema: target.schema,
      database: target.database,
      threads: target.threads,
      vars: targetVars,
    },
  };
  return { value, diagnostics };
}

function plainVars(vars: Readonly<Record<string, Located<YamlValue>>>): ValueMap {
  return Object.fromEntries(Object.entries(vars).map(([name, { value }]): [string, Value] => [name, fromYaml(value)]));
}

/** One macro for each name: the variant for this engine, else the general one. */
function chooseMacros(input: EnvironmentInput, missing: Set<string>, diagnostics: Diagnostic[]): ReadonlyMap<string, MacroDefinition> {
  const { engine } = input.dialect;
  const variants = new Map<string, Map<string, MacroDefinition>>();
  for (const macro of input.macros) {
    const known = variants.get(macro.name) ?? new Map<string, MacroDefinition>();
    variants.set(macro.name, known);
    const first = known.get(macro.engine ?? '')?.nameSpan.path ?? input.functions.get(macro.name)?.path;
    if (first !== undefined) {
      diagnostics.push(diagnose('duplicate-macro', { name: macro.name, first, second: macro.nameSpan.path }, { span: macro.nameSpan }));
      continue;
    }
    known.set(macro.engine ?? '', macro);
    reportShadows(macro, diagnostics);
  }
  const chosen = new Map<string, MacroDefinition>();
  for (const [name, known] of variants) {
    const macro = known.get(engine) ?? known.get('');
    if (macro !== undefined) chosen.set(name, macro);
    else {
      const span = [...known.values()][0]?.nameSpan;
      missing.add(name);
      diagnostics.push(diagnose('macro-engine-missing', { name, engine, known: [...known.keys()] }, { span }));
    }
  }
  return chosen;
}

function reportShadows(macro: MacroDefinition, diagnostics: Diagnostic[]): void {
  const warn = (name: string, what: string, span: Span): void => {
    if (isBuiltinName(name)) diagnostics.push(diagnose('shadows-built-in', { name, what }, { span }));
  };
  warn(macro.name, 'macro', macro.nameSpan);
  for (const name of [...macro.parameters, ...macro.defaults.map((entry) => entry.name)])
    warn(name, `argument of macro \`${macro.name}\`,`, macro.nameSpan);
  findShadows(macro.body.nodes, diagnostics);
}

/** Warns of names in a template that hide built-ins: parameters of blocks, and what `set` names. */
export function findShadows(nodes: readonly TemplateNode[], diagnostics: Diagnostic[]): void {
  for (const node of nodes) {
    if (node.kind === 'output' && node.expression.kind === 'call' && node.expression.name === 'set')
      warnOfSet(node.expression.args[0], diagnostics);
    if (node.kind !== 'block') continue;
    if (node.call.name === 'set') warnOfSet(node.call.args[0], diagnostics);
    for (const name of node.params) {
      if (isBuiltinName(name)) diagnostics.push(diagnose('shadows-built-in', { name, what: 'block parameter' }, { span: node.openSpan }));
    }
    findShadows(node.body, diagnostics);
    if (node.otherwise !== undefined) findShadows(node.otherwise, diagnostics);
  }
}

function warnOfSet(
  name: { readonly kind: string; readonly value?: unknown; readonly span: Span } | undefined,
  diagnostics: Diagnostic[],
): void {
  if (name?.kind !== 'literal' || typeof name.value !== 'string' || !isBuiltinName(name.value)) return;
  diagnostics.push(diagnose('shadows-built-in', { name: name.value, what: 'value' }, { span: name.span }));
}
