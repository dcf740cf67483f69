/** Tells whether what a node does has changed: a hash of its SQL that is the same on every target. */
import { hash as digest } from 'node:crypto';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { CompiledText } from '../compile/compiled.ts';
import { isComment, nextSqlToken } from '../parse/sql-scan.ts';
import type { Graph, GraphNode } from './graph.ts';
import { nodeConfig } from './node-config.ts';
import type { CompiledUnitTest } from '../compile/compiled.ts';
import { canonicalJson } from './plain-value.ts';

/** The hash of a node's content; undefined for sources and exposures, which have none, and for a seed whose file is not there. */
export type ContentHash = (node: GraphNode) => string | undefined;

/**
 * Makes the hash for the nodes of `graph`. White space and comments count for nothing, and relations of the project
 * stand under the ids of their nodes: where a target puts them says nothing of what the SQL does.
 */
export function contentHash(
  graph: Graph,
  dialect: Pick<Dialect, 'relation'>,
  /** The hash of a seed's file. */
  seedHash: (path: string) => string | undefined,
): ContentHash {
  const ids = new Map<string, string>();
  for (const node of graph.nodes.values()) {
    if ('relation' in node) ids.set(relationText(node.relation, dialect), node.id);
  }
  // What columns are filled in is a change of the nodes above.
  const plain = ({ sql, asked }: CompiledText): string => plainSql(asked ?? sql, ids);
  return (node) => {
    switch (node.resourceType) {
      case 'model':
        return hash({
          full: plain(node.full),
          incremental: node.incremental === undefined ? null : plain(node.incremental),
          // A hook changes what is built as the query does.
          pre: node.preHooks.map(({ text, transaction }) => [plain(text), transaction]),
          post: node.postHooks.map(({ text, transaction }) => [plain(text), transaction]),
        });
      case 'snapshot':
        return hash({
          current: plain(node.current),
          config: nodeConfig(node),
          pre: node.preHooks.map(({ text, transaction }) => [plain(text), transaction]),
          post: node.postHooks.map(({ text, transaction }) => [plain(text), transaction]),
        });
      case 'seed':
        return seedHash(node.path);
      case 'source':
      case 'exposure':
        return undefined;
      case 'test':
        // The id of a declared test is made of the check, the node and the arguments.
        return node.test.text === undefined ? hash({ id: node.id }) : hash({ sql: plain(node.test.text) });
      case 'unit_test':
        return hash({ rows: unitTestContent(node) });
    }
  };
}

/** What a unit test says, without the places where it says so. */
export function unitTestContent({ model, inputs, expect, overrides }: CompiledUnitTest): string {
  return JSON.stringify({ model, inputs, expect, overrides }, (key, value: unknown) =>
    key === 'span' || key.endsWith('Span') ? undefined : value,
  );
}

function hash(content: Readonly<Record<string, unknown>>): string {
  return digest('sha256', canonicalJson(content), 'hex');
}

function relationText(relation: Relation, dialect: Pick<Dialect, 'relation'>): string {
  return dialect.relation(relation);
}

/** The tokens of `sql` with one space between them, relations as ids. */
function plainSql(sql: string, ids: ReadonlyMap<string, string>): string {
  const words: string[] = [];
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (isComment(token)) continue;
    const text = sql.slice(token.start, token.end);
    words.push(text);
    // `"schema"."name"` is three tokens: the last of them completes it.
    if (token.kind !== 'quoted-name' || words.at(-2) !== '.') continue;
    const id = ids.get(words.slice(-3).join(''));
    if (id !== undefined) words.splice(-3, 3, `{${id}}`);
  }
  return words.join(' ');
}
