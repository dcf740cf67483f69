/**
 * The parsed form of one template: a small tree with absolute offsets, lowered from Handlebars' AST.
 * White space control is already applied; text keeps the offset where it stands in the file.
 */
import type { Span } from '../diagnostics/span.ts';

/** An expression inside a mustache. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined; readonly text: string; readonly span: Span }
  /** A name with optional members: `x`, `target.name`, `this`, `@index` (then `data` is true). */
  | { readonly kind: 'name'; readonly data: boolean; readonly parts: readonly string[]; readonly span: Span }
  | Call;

/** `name arg arg key=value`: a helper, macro or built-in with its arguments. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Expression[];
  /** In source order. */
  readonly named: readonly NamedArgument[];
  readonly span: Span;
}

export interface NamedArgument {
  readonly name: string;
  readonly value: Expression;
  readonly span: Span;
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  /** `{{expression}}`. */
  | { readonly kind: 'output'; readonly expression: Expression; readonly span: Span }
  | Block;

/** `{{#call as |params|}} body {{else}} otherwise {{/call}}`; `{{else if x}}` is a block inside `otherwise`. */
export interface Block {
  readonly kind: 'block';
  readonly call: Call;
  readonly params: readonly string[];
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[] | undefined;
  /** `{{^x}}`: the body stands for the negative case. */
  readonly inverted: boolean;
  /** The opening tag. */
  readonly openSpan: Span;
  readonly span: Span;
}

export interface Template {
  readonly nodes: readonly TemplateNode[];
  /** The text has an error and `nodes` is empty: whoever needs the template cannot have it. */
  readonly broken?: true;
}
