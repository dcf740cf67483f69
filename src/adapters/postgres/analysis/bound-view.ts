/** What the server tells of a query that was made a view: its columns, and how it understood the query. */
import type { BoundQuery } from '../../../adapter/analysis.ts';
import type { ResultSet } from '../../../adapter/connection.ts';
import type { Column, Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { columnsStatement, readColumns } from '../catalog.ts';
import { describeQueryTree } from './describe-query-tree.ts';
import { meaningless, readQueries } from './read-tree.ts';
import type { ServerNames } from './server-names.ts';
import { traceMeaning } from './trace-meaning.ts';
import type { TreeNode } from './tree-node.ts';

/** Stands beside the first column, or alone where there is none. */
const tree = `case when a.attnum is null or a.attnum = 1 then
  (select r.ev_action::pg_catalog.text from pg_catalog.pg_rewrite r where r.ev_class = c.oid) end`;

export function viewStatement(view: Relation): Statement {
  return columnsStatement(view, tree);
}

/** A tree that is none, as a server may send one day, leaves everything but the columns open. */
export function readView(answer: ResultSet | undefined, names: ServerNames, withMeaning = false): BoundQuery {
  const columns = readColumns(answer);
  const text = String(answer?.rows[0]?.[2] ?? '');
  const query = onlyQuery(readQueries(text));
  const described = query === undefined ? undefined : ifShallow(() => describeQueryTree(query, columns, names));
  if (described === undefined) return withoutLineage(columns);
  const whole = withMeaning ? onlyQuery(readQueries(text, meaningless)) : undefined;
  const meaning = whole === undefined ? undefined : ifShallow(() => traceMeaning(whole, names));
  return meaning === undefined ? described : { ...described, meaning };
}

function onlyQuery([query, ...others]: readonly TreeNode[]): TreeNode | undefined {
  return query?.nodeTag === 'QUERY' && others.length === 0 ? query : undefined;
}

/** Undefined for queries in queries, thousands deep: more than this process can hold. */
function ifShallow<T>(walk: () => T): T | undefined {
  try {
    return walk();
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

function withoutLineage(columns: readonly Column[]): BoundQuery {
  return {
    columns: columns.map((column) => ({ ...column, sources: [], influences: [] })),
    inputs: [],
    influences: [],
    proofs: { notNull: [], unique: [] },
    misfits: [],
    opaque: [{ kind: 'plan', name: 'query' }],
  };
}
