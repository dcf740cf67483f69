/** The SQL that puts staged rows in the place of all rows of their partitions. Engines differ only in how they spell names. */
import type { ReplacePartitions } from './operation.ts';
import type { Relation } from './relation.ts';

interface PartitionDialect {
  readonly quoteIdentifier: (name: string) => string;
  readonly relation: (relation: Relation) => string;
}

/** An entry of `partition_by` as SQL: a column, or in parentheses an expression. */
export function partitionSql(entry: string, quoteIdentifier: (name: string) => string): string {
  // The newline ends a trailing line comment of the user.
  return entry.startsWith('(') && entry.endsWith(')') ? `(${entry}\n)` : quoteIdentifier(entry);
}

/**
 * NULL is a partition like any other. Partitions without one are looked for by equality, which engines answer from indexes and
 * statistics; those with one are few, and compared in a statement of their own.
 */
export function replacePartitionsSql(
  { stage, target, columns, partitions }: ReplacePartitions,
  { quoteIdentifier, relation }: PartitionDialect,
): readonly string[] {
  const values = partitions.map((entry) => partitionSql(entry, quoteIdentifier));
  const names = values.map((_, at) => `_tx_p${at}`);
  // A bare name in an expression means the relation that it stands beside: the partitions have names that no user writes.
  const touched = `(select distinct ${values.map((value, at) => `${value} as ${names[at]}`).join(', ')} from ${relation(stage)}) as touched`;
  const isNull = (parts: readonly string[]): string => parts.map((part) => `${part} is null`).join(' or ');
  const isSame = values.map((value, at) => `touched.${names[at]} is not distinct from ${value}`).join(' and ');
  const list = columns.map(quoteIdentifier).join(', ');
  const from = `delete from ${relation(target)} where`;
  return [
    `${from} (${values.join(', ')}) in (select ${names.join(', ')} from ${touched} where not (${isNull(names)}))`,
    `${from} (${isNull(values)}) and exists (select 1 from ${touched} where (${isNull(names)}) and ${isSame})`,
    `insert into ${relation(target)} (${list}) select ${list} from ${relation(stage)}`,
  ];
}
