/** Statements that make divided tables, and partitions of them. */
import { isPartitionName, partitionName, partitionNamePattern } from '../../../adapter/partition-name.ts';
import type { DeclaredPartitions } from '../../../adapter/declared-partitions.ts';
import type { ResultSet } from '../../../adapter/connection.ts';
import type { Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { bug } from '../../../diagnostics/bug.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import type { PartitionKey } from './partition-keys.ts';

/** A partition with its name. */
export interface NamedPartition extends PartitionKey {
  readonly relation: Relation;
}

/** Proves to the server, when a table becomes a partition, that it need not look at its rows. */
const proof = '_tx_bound';

/**
 * Stays on the partition that the server would put all rows into which have no other: without it they would stand among the
 * rows with NULL, and go with these. It also spares the server from looking there for rows of a new partition.
 */
export const onlyNull = '_tx_only_null';

/** Whether a partition takes the rows that no other takes. */
export const isDefault = ({ bound }: Pick<PartitionKey, 'bound'>): boolean => bound === 'DEFAULT';

/** What says of a table the same as its bound. */
const boundCheck = (key: PartitionKey): string => `constraint ${isDefault(key) ? onlyNull : proof} check (${key.condition})`;

export function partitionBy({ column, granularity }: DeclaredPartitions): string {
  return `partition by ${granularity === 'value' ? 'list' : 'range'} (${quoteIdentifier(column)})`;
}

export function namesStatement({ schema }: Relation): Statement {
  return {
    sql: `select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${quoteText(schema)} and c.relname ~ ${quoteText(partitionNamePattern)}`,
  };
}

/** Names that nothing in the schema has yet: the old partitions stand while the new ones are filled. */
export function namePartitions(target: Relation, keys: readonly PartitionKey[], answer: ResultSet | undefined): readonly NamedPartition[] {
  const taken = new Set((answer?.rows ?? []).map(([name]) => String(name)));
  return keys.map((key) => {
    for (let turn = 0; turn <= taken.size; turn += 1) {
      const name = partitionName(target, key, turn);
      if (!isPartitionName(name)) return bug(`${name} is no name of a partition`);
      if (taken.has(name)) continue;
      taken.add(name);
      return { ...key, relation: { schema: target.schema, name } };
    }
    return bug(`no name for a partition of ${target.name}`);
  });
}

const create = ({ unlogged }: DeclaredPartitions): string => `create ${unlogged === true ? 'unlogged ' : ''}table`;

/** Partitions of a table that nobody else sees. */
export function createWithin(parent: Relation, partitions: readonly NamedPartition[], declared: DeclaredPartitions): readonly Statement[] {
  return partitions.map((partition) => {
    const check = isDefault(partition) ? ` (${boundCheck(partition)})` : '';
    return {
      sql: `${create(declared)} ${dialect.relation(partition.relation)} partition of ${dialect.relation(parent)}${check} ${partition.bound}`,
    };
  });
}

/** The same, of partitions that will move to another table. */
export function createProven(parent: Relation, partitions: readonly NamedPartition[], declared: DeclaredPartitions): readonly Statement[] {
  return partitions.map((partition) => ({
    sql: `${create(declared)} ${dialect.relation(partition.relation)} partition of ${dialect.relation(parent)} (${boundCheck(partition)}) ${partition.bound}`,
  }));
}

/** Makes a table one of the partitions. Those who read other partitions go on. */
export function attach(parent: Relation, partition: NamedPartition): readonly Statement[] {
  const name = dialect.relation(partition.relation);
  return [
    { sql: `alter table ${dialect.relation(parent)} attach partition ${name} ${partition.bound}` },
    ...(isDefault(partition) ? [] : [{ sql: `alter table ${name} drop constraint ${proof}` }]),
  ];
}

/** What a table takes over from the one that it will be a partition of. */
export const likeness = 'including constraints including defaults including generated including storage including compression';

/** Empty partitions that are not there yet: made beside the table, since to make them in it would keep everybody from reading it. */
export function createAhead(
  parent: Relation,
  partitions: readonly NamedPartition[],
  declared: DeclaredPartitions,
  owner: string,
): readonly Statement[] {
  return partitions.flatMap((partition) => [
    {
      sql: `${create(declared)} ${dialect.relation(partition.relation)} (like ${dialect.relation(parent)} ${likeness}, ${boundCheck(partition)})`,
    },
    ...own(partition.relation, owner),
  ]);
}

/** The same for all partitions of a table, whatever their names. */
export function ownAll(table: Relation): Statement {
  const oid = `${quoteText(dialect.relation(table))}::pg_catalog.regclass`;
  const body = `declare change text;
begin
  for change in select pg_catalog.format('alter table %I.%I owner to %I', n.nspname, p.relname, pg_catalog.pg_get_userbyid(c.relowner))
    from pg_catalog.pg_inherits i join pg_catalog.pg_class p on p.oid = i.inhrelid join pg_catalog.pg_class c on c.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = p.relnamespace where c.oid = ${oid} and p.relowner <> c.relowner
  loop execute change; end loop;
end`;
  return { sql: `do ${quoteText(body)}` };
}

/** Its partitions belong to whom the table belongs to. */
export function own(relation: Relation, owner: string): readonly Statement[] {
  return [{ sql: `alter table ${dialect.relation(relation)} owner to ${quoteIdentifier(owner)}` }];
}
