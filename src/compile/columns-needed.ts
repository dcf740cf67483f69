/** Texts that can be rendered only with the columns of other nodes: what stands in their place until then. */
import { hash } from 'node:crypto';
import type { Span } from '../diagnostics/span.ts';
import { isComment, nextSqlToken } from '../parse/sql-scan.ts';
import type { Expression, Template, TemplateNode } from '../parse/template.ts';
import { spellRequest } from './column-slots.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import type { Session } from './session.ts';
import { segmentKind } from './span-map.ts';

/** The text that stands for the final one; undefined where what was rendered is final. */
export function waitForColumns(session: Session, template: Template): CompiledText | undefined {
  const { node, asked, isIncremental } = session;
  const first = [...asked.values()][0];
  if (node === undefined || first === undefined) return undefined;
  const of = [...asked.keys()];
  return standFor({ of, node, isIncremental, version: versionOf(session, template) }, first);
}

interface Waiting {
  readonly of: readonly NodeId[];
  readonly node: NodeId;
  readonly isIncremental: boolean | undefined;
  readonly version: string;
}

function standFor({ isIncremental, ...request }: Waiting, { path, start, end }: Span): CompiledText {
  const sql = spellRequest({ kind: 'render', ...request, ...(isIncremental === undefined ? {} : { isIncremental }) });
  return {
    sql,
    map: { files: [path], segments: [0, 0, start, end, segmentKind.generated] },
    slots: [{ name: 'columns', at: 0, length: sql.length }],
  };
}

/** Tells what the template and the macros that it called say, wherever it stands and however it is laid out. */
function versionOf({ environment, macros }: Session, template: Template): string {
  const parts = [template.nodes, ...[...macros].sort().map((name) => environment.macro(name)?.body.nodes ?? [])];
  return hash('sha256', JSON.stringify(parts.map(plainNodes)), 'hex').slice(0, 16);
}

/** The nodes without places and layout. White space alone says something only where it parts two values. */
function plainNodes(nodes: readonly TemplateNode[]): readonly unknown[] {
  return nodes.flatMap((node, at): readonly unknown[] => {
    if (node.kind === 'block') {
      const { call, params, inverted, body, otherwise } = node;
      return [{ call: plainCall(call), params, inverted, body: plainNodes(body), otherwise: plainNodes(otherwise ?? []) }];
    }
    if (node.kind === 'output') return [{ output: plainCall(node.expression) }];
    const words = wordsOf(node.text);
    const parts = nodes[at - 1]?.kind === 'output' && nodes[at + 1]?.kind === 'output';
    return words.length > 0 || parts ? [words] : [];
  });
}

function plainCall(expression: Expression): unknown {
  return JSON.parse(
    JSON.stringify(expression, (key, value: unknown) => (key === 'span' || key === 'nameSpan' ? undefined : plainLiteral(value))),
  );
}

/** How a text is quoted says nothing; how a number is spelled is printed. */
function plainLiteral(value: unknown): unknown {
  const isText = typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string';
  return isText ? value.value : value;
}

/** The tokens of SQL, without white space and comments; no engine minds the case of words. */
function wordsOf(sql: string): readonly string[] {
  const words: string[] = [];
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end))
    if (!isComment(token))
      words.push(token.kind === 'word' ? sql.slice(token.start, token.end).toLowerCase() : sql.slice(token.start, token.end));
  return words;
}
