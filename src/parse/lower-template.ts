/** Turns Handlebars' tree into the nodes of a template, with white space control applied. */
import { bug } from '../diagnostics/bug.ts';
import type { BlockNode, MustacheNode, Place, ProgramNode, StatementNode, Strip } from './handlebars-tree.ts';
import type { Lowering } from './lower-expression.ts';
import { lowerCall, lowerMustache, refuse, spanAt } from './lower-expression.ts';
import type { Block, TemplateNode } from './template.ts';
import type { SourceItem, TextPiece } from './white-space.ts';
import { controlWhiteSpace } from './white-space.ts';

/** Mustaches that print nothing. */
const STATEMENTS = new Set(['config', 'set']);

interface Walk extends Lowering {
  /** Tags and texts in source order. */
  readonly items: SourceItem[];
}

/** The nodes of a parsed template. */
export function lowerTemplate(lowering: Lowering, tree: ProgramNode): readonly TemplateNode[] {
  const walk: Walk = { ...lowering, items: [] };
  const nodes = lowerBody(walk, tree.body);
  controlWhiteSpace(lowering.file.text, walk.items);
  dropEmptyTexts(nodes);
  return nodes;
}

function lowerBody(walk: Walk, body: readonly StatementNode[]): TemplateNode[] {
  const nodes: TemplateNode[] = [];
  for (const statement of body) {
    switch (statement.type) {
      case 'ContentStatement':
        // The parser has taken away a backslash at the end that only kept braces apart: the value is shorter than its place.
        nodes.push(lowerText(walk, statement.loc.start, statement.loc.start + statement.value.length));
        break;
      case 'MustacheStatement':
        nodes.push(lowerOutput(walk, statement));
        break;
      case 'CommentStatement':
        pushTag(walk, statement.loc, true, statement.strip);
        break;
      case 'BlockStatement':
        lowerBlock(walk, statement, nodes);
        break;
      default:
        refuseForeign(walk, statement);
    }
  }
  return nodes;
}

function lowerText(walk: Walk, start: number, end: number): TextPiece {
  const piece: TextPiece = { kind: 'text', text: '', span: spanAt(walk, { start, end }) };
  walk.items.push(piece);
  return piece;
}

function pushTag(walk: Walk, place: Place, statement: boolean, strip: Strip | undefined): void {
  walk.items.push({
    kind: 'tag',
    start: place.start,
    end: place.end,
    statement,
    stripLeft: strip?.open === true,
    stripRight: strip?.close === true,
  });
}

function lowerOutput(walk: Walk, node: MustacheNode): TemplateNode {
  const name = node.path.type === 'PathExpression' ? node.path.original : '';
  pushTag(walk, node.loc, STATEMENTS.has(name), node.strip);
  return { kind: 'output', expression: lowerMustache(walk, node), span: spanAt(walk, node.loc) };
}

function refuseForeign(
  walk: Walk,
  node: Extract<StatementNode, { type: 'PartialStatement' | 'PartialBlockStatement' | 'Decorator' | 'DecoratorBlock' }>,
): void {
  const isPartial = node.type === 'PartialStatement' || node.type === 'PartialBlockStatement';
  const form = isPartial
    ? 'write a macro, `{{#macro "name" "argument"}}…{{/macro}}` in a file of `macros/`, and call it: `{{name "value"}}`'
    : 'name a value with `{{set "name" value}}`, or write a macro in a file of `macros/`';
  refuse(walk, node.loc, isPartial ? 'a partial (`{{> …}}`)' : 'a decorator (`{{* …}}`)', form);
}

function isRaw(walk: Walk, node: BlockNode): boolean {
  return walk.file.text.startsWith('{{{{', node.loc.start);
}

/** Ends after the closing braces of the tag that starts at `start` and whose expressions end at `after`. */
function tagEnd(walk: Walk, after: number, braces: string): number {
  const close = walk.file.text.indexOf(braces, after);
  return close < 0 ? bug(`no end of the tag before ${after}`) : close + braces.length;
}

function lastExpressionEnd(node: BlockNode): number {
  return node.hash?.loc.end ?? node.params.at(-1)?.loc.end ?? node.path.loc.end;
}

function lowerBlock(walk: Walk, node: BlockNode, nodes: TemplateNode[]): void {
  if (isRaw(walk, node)) {
    lowerRaw(walk, node, nodes);
    return;
  }
  const close = walk.file.text.lastIndexOf('{{', node.loc.end - 1);
  const end = { start: close, end: node.loc.end };
  const block = lowerBranches(walk, node, node.openStrip);
  // The text after a list stands where it stands: its line end separates the last item from what follows.
  pushTag(walk, end, block.call.name !== 'join', node.closeStrip);
  nodes.push(block);
}

/** The block without its closing tag; an `{{else name}}` opens another one inside of it. */
function lowerBranches(walk: Walk, node: BlockNode, strip: Strip): Block {
  const open: Place = { start: node.loc.start, end: tagEnd(walk, lastExpressionEnd(node), '}}') };
  const inverted = node.program === undefined || isInverseTag(walk, open);
  pushTag(walk, open, true, strip);
  const [first, second] = inverted ? [node.inverse, node.program] : [node.program, node.inverse];
  const call = lowerCall(walk, node);
  const body = lowerBody(walk, first?.body ?? []);
  const otherwise = second === undefined ? undefined : lowerOtherwise(walk, node, second, bodyEnd(first, open.end));
  return {
    kind: 'block',
    call: { ...call, span: spanAt(walk, { start: node.path.loc.start, end: lastExpressionEnd(node) }) },
    params: first?.blockParams ?? [],
    body,
    otherwise,
    inverted,
    openSpan: spanAt(walk, open),
    span: spanAt(walk, node.loc),
  };
}

function isInverseTag(walk: Walk, open: Place): boolean {
  return /^\{\{~?\^/.test(walk.file.text.slice(open.start, open.start + 4));
}

/** Statements cover the text without gaps, so the next tag starts where the last of them ends. */
function bodyEnd(program: ProgramNode | undefined, empty: number): number {
  return program?.body.at(-1)?.loc.end ?? empty;
}

function lowerOtherwise(walk: Walk, node: BlockNode, program: ProgramNode, start: number): TemplateNode[] {
  const [chained] = program.body;
  if (program.chained === true && chained?.type === 'BlockStatement') {
    return [lowerBranches(walk, chained, node.inverseStrip ?? {})];
  }
  pushTag(walk, { start, end: tagEnd(walk, start, '}}') }, true, node.inverseStrip);
  return lowerBody(walk, program.body);
}

/** A raw block prints what is inside as it stands. */
function lowerRaw(walk: Walk, node: BlockNode, nodes: TemplateNode[]): void {
  const name = node.path.type === 'PathExpression' ? node.path.original : '';
  if (name !== 'raw' || node.params.length > 0 || node.hash !== undefined) {
    refuse(walk, node.loc, `the raw block \`${name}\``, 'text that is no template stands in `{{{{raw}}}}…{{{{/raw}}}}`');
  }
  const open = { start: node.loc.start, end: tagEnd(walk, lastExpressionEnd(node), '}}}}') };
  const close = { start: walk.file.text.lastIndexOf('{{{{', node.loc.end - 1), end: node.loc.end };
  pushTag(walk, open, true, undefined);
  nodes.push(lowerText(walk, open.end, close.start));
  pushTag(walk, close, true, undefined);
}

/** Takes out, in place, the texts that white space control has emptied. */
function dropEmptyTexts(nodes: TemplateNode[]): void {
  let kept = 0;
  for (const node of nodes) {
    if (node.kind === 'text' && node.text === '') continue;
    if (node.kind === 'block') {
      // Bodies are made by lowerBody, as arrays that nobody else holds yet.
      dropEmptyTexts(node.body as TemplateNode[]);
      // As above.
      if (node.otherwise !== undefined) dropEmptyTexts(node.otherwise as TemplateNode[]);
    }
    nodes[kept] = node;
    kept += 1;
  }
  nodes.length = kept;
}
