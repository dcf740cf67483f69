/** Turns expressions of Handlebars' tree into those of the template, refusing what `tx` has no meaning for. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import type { BlockNode, ExpressionNode, LiteralNode, MustacheNode, PathNode, Place, SubExpressionNode } from './handlebars-tree.ts';
import type { Call, Expression, NamedArgument } from './template.ts';

export interface Lowering {
  readonly file: SourceFile;
  readonly diagnostics: Diagnostic[];
}

const noArguments: readonly never[] = Object.freeze([]);

export function spanAt(lowering: Lowering, place: Place): Span {
  return { path: lowering.file.path, start: place.start, end: place.end };
}

export function refuse(lowering: Lowering, place: Place, what: string, form: string): void {
  lowering.diagnostics.push(diagnose('template-unsupported', { what, form }, { span: spanAt(lowering, place) }));
}

export function lowerExpression(lowering: Lowering, node: ExpressionNode): Expression {
  if (node.type === 'SubExpression') return lowerCall(lowering, node);
  if (node.type === 'PathExpression') return lowerPath(lowering, node);
  return lowerLiteral(lowering, node);
}

/** A mustache: a value or name on its own, or a call with arguments. */
export function lowerMustache(lowering: Lowering, node: MustacheNode): Expression {
  if (node.params.length === 0 && node.hash === undefined) return lowerExpression(lowering, node.path);
  return lowerCall(lowering, node);
}

function lowerLiteral(lowering: Lowering, node: LiteralNode): Expression {
  const { start, end } = node.loc;
  const text = lowering.file.text.slice(start, end);
  const value = node.type === 'NullLiteral' ? null : node.value;
  return { kind: 'literal', value, text, span: spanAt(lowering, node.loc) };
}

function lowerPath(lowering: Lowering, node: PathNode): Expression {
  const span = spanAt(lowering, node.loc);
  if (!node.data && node.original === 'this') return { kind: 'name', data: false, parts: ['this'], span };
  const problem = pathProblem(node);
  if (problem !== undefined) refuse(lowering, node.loc, problem.what, problem.form);
  return { kind: 'name', data: node.data, parts: node.parts, span };
}

/** Context paths of Handlebars mean nothing here: the context never changes. */
function pathProblem(node: PathNode): { readonly what: string; readonly form: string } | undefined {
  const name = node.parts.join('.');
  const plain = name === '' ? 'name' : name;
  const { original } = node;
  if (node.depth > 0) return { what: `the path \`${original}\``, form: `all outer names stay inside a block: write \`{{${plain}}}\`` };
  if (/^this\.(?:schema|name|table|identifier|database)$/.test(original))
    return { what: `the path \`${original}\``, form: '`{{this}}` is the whole name of the relation, and has no parts' };
  if (/^(this\b|\.)/.test(original)) {
    return {
      what: `the path \`${original}\``,
      form: `there is no changing context: write \`{{${plain}}}\`, and name items with \`{{#each list as |item|}}\``,
    };
  }
  if (original.includes('/')) return { what: `the path \`${original}\``, form: `write \`{{${plain}}}\`` };
  if (node.data && !['index', 'first', 'last', 'key'].includes(name)) {
    return { what: `\`${original}\``, form: 'inside `{{#each}}` there are `@index`, `@first`, `@last` and `@key`' };
  }
  return undefined;
}

/** A call with its arguments in source order. */
export function lowerCall(lowering: Lowering, node: SubExpressionNode | MustacheNode | BlockNode): Call {
  const { path } = node;
  const nameSpan = spanAt(lowering, path.loc);
  const args = node.params.length === 0 ? noArguments : node.params.map((param) => lowerExpression(lowering, param));
  const named = node.hash === undefined ? noArguments : lowerNamed(lowering, node);
  return { kind: 'call', name: calledName(lowering, path), nameSpan, args, named, span: spanAt(lowering, node.loc) };
}

function calledName(lowering: Lowering, path: PathNode | LiteralNode): string {
  if (path.type === 'PathExpression') {
    const simple = !path.data && path.depth === 0 && path.parts.length === 1 && path.original === path.parts[0];
    if (!simple && path.original !== 'this')
      refuse(lowering, path.loc, `calling \`${path.original}\``, 'a helper or macro has a plain name, such as `{{ref "orders"}}`');
    return path.original;
  }
  const { start, end } = path.loc;
  refuse(
    lowering,
    path.loc,
    `calling \`${lowering.file.text.slice(start, end)}\``,
    'a helper or macro has a plain name, such as `{{ref "orders"}}`',
  );
  return '';
}

function lowerNamed(lowering: Lowering, node: SubExpressionNode | MustacheNode | BlockNode): readonly NamedArgument[] {
  const seen = new Set<string>();
  return (node.hash?.pairs ?? []).map((pair) => {
    const span = spanAt(lowering, pair.loc);
    if (seen.has(pair.key)) refuse(lowering, pair.loc, `giving \`${pair.key}=\` twice`, 'keep one of them');
    seen.add(pair.key);
    return { name: pair.key, value: lowerExpression(lowering, pair.value), span };
  });
}
