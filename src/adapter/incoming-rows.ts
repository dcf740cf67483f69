/** How statements name the rows that come into a table, beside those of the table. */
import type { DeleteInsert } from './operation.ts';
import type { Relation } from './relation.ts';

export interface IncomingRows {
  /** A relation for `from` or `using`, called `stage`. */
  readonly source: string;
  readonly column: (name: string) => string;
  /** What is said of rows of the table beside their key, as the end of a condition. */
  readonly predicates: string;
}

interface IncomingDialect {
  readonly quoteIdentifier: (name: string) => string;
  readonly relation: (relation: Relation) => string;
}

/**
 * Where conditions of the user look at the table, the columns of the rows that come have names of their own: so a bare name in
 * such a condition means the table.
 */
export function incomingRows(
  { stage, columns, predicates = [] }: Pick<DeleteInsert, 'stage' | 'columns' | 'predicates'>,
  dialect: IncomingDialect,
): IncomingRows {
  const relation = dialect.relation(stage);
  if (predicates.length === 0) {
    return { source: `${relation} as stage`, column: (name) => `stage.${dialect.quoteIdentifier(name)}`, predicates: '' };
  }
  const names = new Map(columns.map((column, at) => [column.toLowerCase(), `_tx_${at}`]));
  const list = columns.map((column, at) => `${dialect.quoteIdentifier(column)} as _tx_${at}`).join(', ');
  return {
    source: `(select ${list} from ${relation}) as stage`,
    column: (name) => `stage.${names.get(name.toLowerCase()) ?? dialect.quoteIdentifier(name)}`,
    // The newline before the parenthesis ends a trailing line comment of the user.
    predicates: predicates.map((predicate) => ` and (${predicate}\n)`).join(''),
  };
}
