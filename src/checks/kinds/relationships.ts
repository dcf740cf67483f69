/** Checks of values against the values of another relation. */
import type { CheckDefinition } from '../check-definition.ts';
import { dbt, may, must, utils } from '../define.ts';
import { columnOf, scalarOf, textOf } from '../read-argument.ts';

export const relationships: CheckDefinition = {
  name: 'relationships',
  aliases: [
    dbt('relationships'),
    utils('relationships_where', { renamed: { to_condition: 'to_where' }, asConfig: { from_condition: 'where' } }),
  ],
  on: 'column',
  summary: 'every value of the column is in `field` of the relation `to`; NULL passes',
  arguments: [
    must('to', 'relation', 'the relation that must hold the values'),
    must('field', 'column', 'the column of `to` that must hold them'),
    may('to_where', 'condition', 'which rows of `to` count'),
  ],
  counts: 'rows',
  groupable: false,
  decidesNulls: true,
  shape: (args, target) => {
    const where = scalarOf(args, 'to_where');
    return {
      kind: 'anti-join',
      column: columnOf(target),
      parent: textOf(args, 'to'),
      parentColumn: target.dialect.quoteIdentifier(textOf(args, 'field')),
      ...(typeof where === 'string' ? { parentWhere: where } : {}),
    };
  },
};
