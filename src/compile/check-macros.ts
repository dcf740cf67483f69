/** Finds what is wrong with the macros of a project: doubles, missing variants, names that hide built-ins. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { TemplateNode } from '../parse/template.ts';
import { builtinNames } from './functions/builtins.ts';

export interface MacroProblems {
  readonly diagnostics: readonly Diagnostic[];
  /** Macros that have no variant for the engine. */
  readonly missing: readonly string[];
}

/** Two macros of one name and engine, and macros that only other engines have. `helperPath` is where a helper of that name stands. */
export function checkMacros(
  macros: readonly MacroDefinition[],
  engine: string,
  helperPath: (name: string) => string | undefined,
): MacroProblems {
  const diagnostics: Diagnostic[] = [];
  const variants = new Map<string, Map<string, MacroDefinition>>();
  for (const macro of macros) {
    const known = variants.get(macro.name) ?? new Map<string, MacroDefinition>();
    variants.set(macro.name, known);
    const first = known.get(macro.engine ?? '')?.nameSpan.path ?? helperPath(macro.name);
    if (first === undefined) known.set(macro.engine ?? '', macro);
    else diagnostics.push(diagnose('duplicate-macro', { name: macro.name, first, second: macro.nameSpan.path }, { span: macro.nameSpan }));
  }
  const missing: string[] = [];
  for (const [name, known] of variants) {
    if (known.has(engine) || known.has('')) continue;
    const span = [...known.values()][0]?.nameSpan;
    missing.push(name);
    diagnostics.push(diagnose('macro-engine-missing', { name, engine, known: [...known.keys()] }, { span }));
  }
  return { diagnostics, missing };
}

/** Warns of names in the macros of a file that hide built-ins. */
export function findMacroShadows(macros: readonly MacroDefinition[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const warn = (name: string, what: string, span: Span): void => {
    if (builtinNames.has(name)) diagnostics.push(diagnose('shadows-built-in', { name, what }, { span }));
  };
  for (const macro of macros) {
    warn(macro.name, 'macro', macro.nameSpan);
    for (const [index, name] of [...macro.parameters, ...macro.defaults.map((entry) => entry.name)].entries())
      warn(name, `argument of macro \`${macro.name}\`,`, macro.parameterSpans[index] ?? macro.nameSpan);
    diagnostics.push(...findShadows(macro.body.nodes));
  }
  return diagnostics;
}

/** Warns of names in a template that hide built-ins: parameters of blocks, and what `set` names. */
export function findShadows(nodes: readonly TemplateNode[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  collectShadows(nodes, diagnostics);
  return diagnostics;
}

function collectShadows(nodes: readonly TemplateNode[], diagnostics: Diagnostic[]): void {
  for (const node of nodes) {
    if (node.kind === 'output' && node.expression.kind === 'call' && node.expression.name === 'set')
      warnOfSet(node.expression.args[0], diagnostics);
    if (node.kind !== 'block') continue;
    if (node.call.name === 'set') warnOfSet(node.call.args[0], diagnostics);
    for (const name of node.params) {
      if (builtinNames.has(name))
        diagnostics.push(diagnose('shadows-built-in', { name, what: 'block parameter' }, { span: node.openSpan }));
    }
    collectShadows(node.body, diagnostics);
    if (node.otherwise !== undefined) collectShadows(node.otherwise, diagnostics);
  }
}

function warnOfSet(
  name: { readonly kind: string; readonly value?: unknown; readonly span: Span } | undefined,
  diagnostics: Diagnostic[],
): void {
  if (name?.kind !== 'literal' || typeof name.value !== 'string' || !builtinNames.has(name.value)) return;
  diagnostics.push(diagnose('shadows-built-in', { name: name.value, what: 'value' }, { span: name.span }));
}
