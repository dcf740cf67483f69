/** The check `relationships`: every value of the column is in a column of another relation. */
import type { CheckDefinition } from '../check-definition.ts';
import { columnOf, textOf } from '../read-argument.ts';

export const relationships: CheckDefinition = {
  name: 'relationships',
  aliases: [{ package: 'dbt', name: 'relationships', renamed: {} }],
  on: 'column',
  summary: 'every value of the column is in `field` of the relation `to`; NULL passes',
  arguments: [
    { name: 'to', type: 'relation', required: true, description: 'the relation that must hold the values' },
    { name: 'field', type: 'column', required: true, description: 'the column of `to` that must hold them' },
  ],
  counts: 'rows',
  shape: (args, target) => ({
    kind: 'anti-join',
    column: columnOf(target),
    parent: textOf(args, 'to'),
    parentColumn: target.dialect.quoteIdentifier(textOf(args, 'field')),
  }),
};
