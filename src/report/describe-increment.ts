/** Says in words how new rows come into a table that is there. */
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import { unreachable } from '../diagnostics/bug.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { Action } from '../plan/action.ts';
import { nameRelation } from './name-relation.ts';

type IncrementAction = Extract<Action, { kind: 'require-events' | 'settle-events' | 'apply-increment' | 'append-query' }>;

const strategies: Readonly<Record<IncrementalStrategy, string>> = {
  append: 'append the staged rows to',
  merge: 'merge the staged rows into',
  delete_insert: 'delete the staged keys from, and insert the staged rows into',
  insert_overwrite: 'delete the partitions of the staged rows from, and insert these into',
  time_interval: 'delete the rows of the interval from, and insert the staged rows into',
};

export function isOfIncrements(action: Action): action is IncrementAction {
  const { kind } = action;
  return kind === 'require-events' || kind === 'settle-events' || kind === 'apply-increment' || kind === 'append-query';
}

export function describeIncrement(action: IncrementAction): readonly string[] {
  switch (action.kind) {
    case 'require-events':
      return [`refuse events without ${[...action.rules.key, action.rules.sequence].map(plainLine).join(', ')}`];
    case 'settle-events':
      return describeSettling(action);
    case 'apply-increment': {
      const by = action.partitions?.by ?? action.key;
      const key = by.length === 0 ? '' : ` by ${by.map(plainLine).join(', ')}`;
      const among = action.predicates === undefined ? '' : ` among rows with ${action.predicates.conditions.map(plainLine).join(' and ')}`;
      return [`${strategies[action.strategy]} ${nameRelation(action.target)}${key}${among}; if columns changed: ${action.onSchemaChange}`];
    }
    case 'append-query':
      return [`${strategies.append} ${nameRelation(action.target)}; if columns changed: ignore`];
    default:
      return unreachable(action);
  }
}

function describeSettling({ rules, table }: Extract<Action, { kind: 'settle-events' }>): readonly string[] {
  const { sequence, deleteWhen, deletions } = rules;
  const newer = table === undefined ? '' : `, if it is newer than what ${nameRelation(table.target)} has`;
  const settled = `keep the newest event of each key by ${plainLine(sequence)}${newer}`;
  if (deleteWhen === undefined || deletions === undefined) return [settled];
  return [settled, `delete what events with ${plainLine(deleteWhen)} say, and remember it in ${nameRelation(deletions.relation)}`];
}
