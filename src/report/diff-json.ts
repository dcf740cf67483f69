/** What a comparison of relations found, for programs. */
import type { Cell, ResultSet } from '../adapter/connection.ts';
import { differs } from '../compare/comparison.ts';
import type { RowDifference } from '../compare/comparison.ts';
import type { ComparedNode } from './diff-text.ts';
import { percentOf } from './diff-text.ts';

/** An object for the whole comparison; keys in snake case, as in the artifacts. */
export function diffJson(nodes: readonly ComparedNode[], against: string): object {
  return {
    against,
    different: nodes.some(({ found }) => differs(found)),
    nodes: nodes.map((node) => ({
      unique_id: node.id,
      name: node.name,
      status: statusOf(node),
      relation: { here: node.relations.here, there: node.relations.there ?? null },
      ...(node.found.kind === 'failed' ? { message: node.found.message } : {}),
      ...(node.found.kind !== 'compared'
        ? {}
        : {
            columns: {
              only_here: node.found.schema.onlyHere,
              only_there: node.found.schema.onlyThere,
              retyped: node.found.schema.retyped.map(({ name, types }) => ({ name, ...types })),
            },
            rows: rowsJson(node.found.rows),
          }),
    })),
  };
}

function statusOf({ found }: ComparedNode): string {
  if (found.kind === 'compared') return differs(found) ? 'different' : 'equal';
  if (found.kind === 'failed') return 'failed';
  return found.here ? 'only_here' : found.there ? 'only_there' : 'absent';
}

function rowsJson(rows: RowDifference): object {
  const shared = { here: rows.counts.here, there: rows.counts.there, only_here: rows.without.here, only_there: rows.without.there };
  const samples = { only_here: objects(rows.samples.here), only_there: objects(rows.samples.there) };
  if (rows.kind === 'bare') {
    const { problem } = rows;
    const duplicates =
      problem === undefined
        ? null
        : {
            key: problem.key,
            ...problem.duplicates,
            samples: { here: objects(problem.samples.here), there: objects(problem.samples.there) },
          };
    return { key: null, ...shared, duplicate_keys: duplicates, samples };
  }
  const { key, paired, changed, nullKeys, columns, changedCells } = rows;
  return {
    key,
    ...shared,
    paired,
    changed,
    null_keys: nullKeys,
    columns: columns.map(({ name, differing }) => ({ name, differing, match_percent: percentOf(paired - differing, paired) })),
    samples: { changed: changedObjects(changedCells, key.columns.length), ...samples },
  };
}

function objects(rows: ResultSet | undefined): readonly object[] {
  return (rows?.rows ?? []).map((row) => Object.fromEntries((rows?.columns ?? []).map(({ name }, at) => [name, row[at] ?? null])));
}

/** The key stands in an object of its own: its columns may be called anything. */
function changedObjects(cells: ResultSet | undefined, keys: number): readonly object[] {
  return (cells?.rows ?? []).map((row) => {
    const [column = null, here = null, there = null]: readonly Cell[] = row.slice(keys);
    const key = Object.fromEntries((cells?.columns ?? []).slice(0, keys).map(({ name }, at) => [name, row[at] ?? null]));
    return { key, column, here, there };
  });
}
