/** Calls Handlebars' parser and gives its tree with absolute offsets instead of lines and columns. */
import { parser, parseWithoutProcessing } from 'handlebars/dist/cjs/handlebars/compiler/base.js';

/** Offsets into the text, half-open. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface PathNode {
  readonly type: 'PathExpression';
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
  readonly loc: Place;
}

export interface LiteralNode {
  readonly type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral' | 'UndefinedLiteral' | 'NullLiteral';
  readonly value?: string | number | boolean;
  readonly loc: Place;
}

interface Invocation {
  readonly path: PathNode | LiteralNode;
  readonly params: readonly ExpressionNode[];
  readonly hash?: { readonly pairs: readonly HashPair[]; readonly loc: Place };
}

export interface HashPair {
  readonly key: string;
  readonly value: ExpressionNode;
  readonly loc: Place;
}

export interface SubExpressionNode extends Invocation {
  readonly type: 'SubExpression';
  readonly loc: Place;
}

export type ExpressionNode = PathNode | LiteralNode | SubExpressionNode;

/** Whether `~` stands at the left or right end of a tag. */
export interface Strip {
  readonly open?: boolean;
  readonly close?: boolean;
}

export interface ContentNode {
  readonly type: 'ContentStatement';
  readonly value: string;
  readonly loc: Place;
}

export interface MustacheNode extends Invocation {
  readonly type: 'MustacheStatement';
  readonly strip: Strip;
  readonly loc: Place;
}

export interface CommentNode {
  readonly type: 'CommentStatement';
  readonly strip: Strip;
  readonly loc: Place;
}

export interface ProgramNode {
  readonly body: readonly StatementNode[];
  readonly blockParams?: readonly string[];
  /** The body is one block that an `{{else name}}` tag opened. */
  readonly chained?: boolean;
}

export interface BlockNode extends Invocation {
  readonly type: 'BlockStatement';
  readonly program?: ProgramNode;
  readonly inverse?: ProgramNode;
  readonly openStrip: Strip;
  readonly inverseStrip?: Strip;
  readonly closeStrip?: Strip;
  readonly loc: Place;
}

/** Statements that `tx` has no use for: partials and decorators. */
export interface ForeignNode {
  readonly type: 'PartialStatement' | 'PartialBlockStatement' | 'Decorator' | 'DecoratorBlock';
  readonly loc: Place;
}

export type StatementNode = ContentNode | MustacheNode | CommentNode | BlockNode | ForeignNode;

export type ParsedTree =
  | { readonly tree: ProgramNode }
  /** `at` is the token that the grammar did not expect. */
  | { readonly tree?: undefined; readonly at: Place };

// The first call fills in the scope that the grammar's actions use; its own `locInfo` keeps lines and columns only,
// which go wrong after a lone carriage return. The lexer knows offsets once it is asked for ranges.
parseWithoutProcessing('');
const scope = {
  ...parser.yy,
  locInfo: (location: { readonly range: readonly [number, number] }) => ({ start: location.range[0], end: location.range[1] }),
};

/** Parses without any white space control. */
export function parseHandlebars(text: string): ParsedTree {
  parser.lexer.options.ranges = true;
  parser.yy = scope;
  try {
    // The types above restate what Handlebars' grammar builds, with `loc` as the `locInfo` here makes it.
    return { tree: parser.parse(text) as ProgramNode };
  } catch {
    const [start, end] = parser.lexer.yylloc.range;
    return { at: { start, end } };
  }
}
