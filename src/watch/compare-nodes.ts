/** Tells what a change of files means for the nodes of a project: which of them do something else now. */
import type { CompiledHook, CompiledText, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import { unitTestContent } from '../graph/content-hash.ts';
import { canonicalJson } from '../graph/plain-value.ts';
import { isComment, nextSqlToken } from '../parse/sql-scan.ts';

/** The nodes of a project, and which of them a file gives. */
export interface ProjectNodes {
  readonly graph: { readonly nodes: ReadonlyMap<NodeId, GraphNode>; readonly broken: ReadonlySet<NodeId> };
  readonly nodesOf: (path: string) => readonly NodeId[];
}

export interface ChangedNodes {
  /** Nodes that a run would do otherwise, or that are new. */
  readonly work: ReadonlySet<NodeId>;
  /** Those, and nodes of which something else is said, such as the types of their columns. */
  readonly meaning: ReadonlySet<NodeId>;
  readonly removed: ReadonlySet<NodeId>;
}

/** Compares the nodes that these files gave with those that they give now. `seeds` are files of data that have changed. */
export function compareNodes(
  before: ProjectNodes | undefined,
  after: ProjectNodes,
  paths: Iterable<string>,
  seeds: ReadonlySet<string> = new Set(),
): ChangedNodes {
  const work = new Set<NodeId>();
  const meaning = new Set<NodeId>();
  const removed = new Set<NodeId>();
  for (const path of paths) {
    for (const id of after.nodesOf(path)) {
      const [old, node] = [before?.graph.nodes.get(id), after.graph.nodes.get(id)];
      if (node === undefined) continue;
      const isSound = before?.graph.broken.has(id) === after.graph.broken.has(id);
      if (old === undefined || !isSound || workOf(old) !== workOf(node) || seeds.has(path)) work.add(id);
      if (work.has(id) || old === undefined || meaningOf(old) !== meaningOf(node)) meaning.add(id);
    }
    for (const id of before?.nodesOf(path) ?? []) if (!after.graph.nodes.has(id)) removed.add(id);
  }
  return { work, meaning, removed };
}

/** What a run does with a node, as one text. */
function workOf(node: GraphNode): string {
  switch (node.resourceType) {
    case 'model': {
      const { materialized, uniqueKey, incrementalStrategy, mergeColumns, predicates, events, partitionBy } = node.config;
      const { partitionGranularity, intervals, onSchemaChange, fullRefresh } = node.config;
      return canonicalJson({
        config: {
          materialized,
          uniqueKey,
          incrementalStrategy,
          mergeColumns,
          predicates,
          events,
          partitionBy,
          partitionGranularity,
          intervals,
          onSchemaChange,
          fullRefresh,
        },
        relation: node.relation,
        full: wordsOf(node.full),
        incremental: node.incremental === undefined ? undefined : wordsOf(node.incremental),
        hooks: [node.preHooks.map(hookOf), node.postHooks.map(hookOf)],
      });
    }
    case 'seed': {
      const types = Object.entries(node.config.columnTypes).map(([name, { value }]) => [name, value]);
      return canonicalJson({
        relation: node.relation,
        types,
        delimiter: node.config.delimiter,
        hooks: [node.preHooks.map(hookOf), node.postHooks.map(hookOf)],
      });
    }
    case 'snapshot': {
      const { strategy, uniqueKey, updatedAt, checkColumns, hardDeletes, validToCurrent, metaColumns } = node.config;
      return canonicalJson({
        config: { strategy, uniqueKey, updatedAt, checkColumns, hardDeletes, validToCurrent, metaColumns },
        relation: node.relation,
        current: wordsOf(node.current),
        hooks: [node.preHooks.map(hookOf), node.postHooks.map(hookOf)],
      });
    }
    case 'test': {
      const { severity, warnIf, errorIf, where, limit, onNull, groupBy, onFail, keep, storeFailures, failuresSchema } = node.config;
      const { test } = node;
      const stored = { storeFailures, failuresSchema };
      const config = { severity, warnIf: warnIf.text, errorIf: errorIf.text, where, limit, onNull, groupBy, onFail, keep, ...stored };
      // The id of any other test is made of its check, its node and its arguments.
      const what = test.kind === 'singular' ? wordsOf(test.text) : undefined;
      return canonicalJson({ ...config, what });
    }
    case 'unit_test':
      return unitTestContent(node);
    case 'source':
    case 'exposure':
      return '';
  }
}

/** What else analysis looks at: of sources all of it, since nothing is done with them. */
function meaningOf(node: GraphNode): string {
  switch (node.resourceType) {
    case 'model':
    case 'snapshot':
      return canonicalJson(node.columns.map(({ name, dataType }) => [name, dataType]));
    case 'source':
      return canonicalJson([node.relation, node.external, node.columns.map(({ name, dataType }) => [name, dataType])]);
    case 'seed':
    case 'test':
    case 'exposure':
    case 'unit_test':
      return '';
  }
}

function hookOf({ text, transaction }: CompiledHook): readonly [string, boolean] {
  return [wordsOf(text), transaction];
}

/** The SQL without comments, and without the white space that means nothing. */
function wordsOf({ sql }: CompiledText): string {
  const words: string[] = [];
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end))
    if (!isComment(token)) words.push(sql.slice(token.start, token.end));
  return words.join(' ');
}
