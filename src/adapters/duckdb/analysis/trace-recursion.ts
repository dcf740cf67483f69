/** Recursive CTEs: what no further round changes. */
import { mergeLineages, ownColumns } from '../../../adapter/lineage/column-lineage.ts';
import { flattenInfluences, joinInfluences } from '../../../adapter/lineage/influences.ts';
import { columnAt, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import type { Key } from '../../../adapter/lineage/row-keys.ts';
import { repeatedPlace } from './null-rules.ts';
import type { RecursiveCte } from './plan.ts';
import { unknownOperator } from './walk.ts';
import type { Walk } from './walk.ts';

/** The first round sees what the start gives; each further one what the rounds before it gave as well. */
export function traceRecursion(cte: RecursiveCte, walk: Walk): RowFlow {
  const [startChild, stepChild] = cte.children;
  if (startChild === undefined || stepChild === undefined) return unknownOperator(cte, walk);
  const start: RowFlow = { ...walk.trace(startChild), keys: [] };
  let flow = start;
  let known = summary(flow);
  // A round can carry a source one column further, or one kind up, or find one more column that may be NULL.
  for (let round = 0; round < 5 * start.columns.length + 5; round += 1) {
    walk.rememberCte(cte.table_index, flow);
    const step = walk.trace(stepChild);
    if (start.any !== undefined || step.any !== undefined) break;
    flow = {
      columns: start.columns.map((column, at) => mergeLineages([column, columnAt(step, at) ?? column])),
      influences: joinInfluences([start.influences, step.influences]),
      keys: [],
    };
    const found = summary(flow);
    if (found === known) return distinctRows(cte, flow, walk);
    known = found;
  }
  return unknownOperator(cte, walk);
}

/** UNION without ALL leaves each row once; USING KEY each key. */
function distinctRows(cte: RecursiveCte, flow: RowFlow, walk: Walk): RowFlow {
  if (cte.key_targets.length > 0) {
    const places = cte.key_targets.map(repeatedPlace);
    const keys: readonly Key[] = places.every((place) => place !== undefined) ? [places] : [];
    return withRowInfluence({ ...flow, keys }, walk.expressions(cte.key_targets, flow), 'group_by');
  }
  if (cte.union_all) return flow;
  return withRowInfluence({ ...flow, keys: [flow.columns.map((_, at) => at)] }, ownColumns(flow.columns), 'group_by');
}

/** Everything that a round can change, as a text. */
function summary(flow: RowFlow): string {
  const columns = flow.columns.map(({ edges, influences, notNull }) => {
    const sorted = edges.toSorted((one, other) => one - other);
    return `${sorted.join(' ')}/${flattenInfluences(influences).size}${notNull ? '!' : ''}`;
  });
  return `${columns.join(',')};${flattenInfluences(flow.influences).size}`;
}
