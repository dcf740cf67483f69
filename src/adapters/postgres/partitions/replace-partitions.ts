/** Renders how whole partitions are replaced: rows in their table, or where a table is divided, one partition by another. */
import type { DeclaredPartitions } from '../../../adapter/declared-partitions.ts';
import type { RenderContext, ReplacePartitions } from '../../../adapter/operation.ts';
import type { Relation } from '../../../adapter/relation.ts';
import { replacePartitionsSql } from '../../../adapter/replace-partitions-sql.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { lockBriefly } from '../publish/lock-briefly.ts';
import { temporaryName } from '../publish/temporary-name.ts';
import { quoteIdentifier } from '../quoting.ts';
import {
  attach,
  createAhead,
  createProven,
  isDefault,
  likeness,
  namePartitions,
  namesStatement,
  own,
  partitionBy,
} from './make-partitions.ts';
import type { NamedPartition } from './make-partitions.ts';
import { keysStatement, listedValue, readKeys, sameSpelling } from './partition-keys.ts';
import { readTable, tableStatements } from './standing-table.ts';
import type { StandingPartition, StandingTable } from './standing-table.ts';

const nameOf = dialect.relation;
const each = (statements: readonly string[]): readonly Statement[] => statements.map((sql) => ({ sql }));

// Whose it is plays no part in the lock of a table.
const lockable = (table: Relation) => ({ name: nameOf(table), kind: 'table' as const, owner: 'current_user' });

/** A new partition, and the one in whose place it comes. */
interface Exchange {
  readonly fresh: NamedPartition;
  readonly old: StandingPartition | undefined;
}

interface Found {
  readonly table: StandingTable;
  readonly exchanges: readonly Exchange[];
}

export async function replacePartitions(operation: ReplacePartitions, context: RenderContext): Promise<readonly Statement[]> {
  const { stage, target, declared } = operation;
  const inPlace = each(replacePartitionsSql(operation, dialect));
  const found = declared === undefined ? undefined : await findExchanges(stage, target, declared, context.look);
  if (declared === undefined || found === undefined) return inPlace;
  const { table, exchanges } = found;
  const isFree = table.free && exchanges.every(({ old }) => old === undefined || old.free);
  if (isFree) return exchangeAll(operation, declared, found, context);
  return [...makeMissing(target, declared, found, context), ...inPlace];
}

/** Statements that make the partitions of a divided table which some rows need and which are not there; none of any other table. */
export async function partitionsAhead(
  rows: Relation,
  target: Relation,
  declared: DeclaredPartitions,
  context: RenderContext,
): Promise<readonly Statement[] | undefined> {
  const found = await findExchanges(rows, target, declared, context.look);
  return found === undefined ? undefined : makeMissing(target, declared, found, context);
}

function makeMissing(target: Relation, declared: DeclaredPartitions, found: Found, context: RenderContext): readonly Statement[] {
  const missing = found.exchanges.filter(({ old }) => old === undefined).map(({ fresh }) => fresh);
  return [
    ...createAhead(target, missing, declared, found.table.owner),
    ...lockAll(locksOf({ ...found, exchanges: missing.map((fresh) => ({ fresh, old: undefined })) }), context),
    ...missing.flatMap((partition) => attach(target, partition)),
  ];
}

/** What has to be locked beside the table: what goes, and where a partition is added the one for rows without any, which the server locks then. */
function locksOf({ table, exchanges }: Found): readonly Relation[] {
  const gone = exchanges.flatMap(({ old }) => old ?? []);
  const others = table.partitions.filter((partition) => partition.ours && isDefault(partition) && !gone.includes(partition));
  return [...gone, ...(exchanges.length === 0 ? [] : others)].map(({ relation }) => relation);
}

const lockAll = (relations: readonly Relation[], { lockTimeoutMs }: RenderContext): readonly Statement[] =>
  relations.length === 0 ? [] : [lockBriefly(relations.map(lockable), lockTimeoutMs)];

async function findExchanges(
  rows: Relation,
  target: Relation,
  declared: DeclaredPartitions,
  look: RenderContext['look'],
): Promise<Found | undefined> {
  const [names, ...answers] = await look(namesStatement(target), ...tableStatements(target, declared));
  const table = readTable(answers, declared);
  if (table === undefined) return undefined;
  const of = { rows, declared, type: table.type };
  const ours = table.partitions.filter((partition) => partition.ours);
  const [keys] = await look(
    keysStatement(
      of,
      ours.flatMap(({ bound }) => listedValue(bound) ?? []),
    ),
  );
  const standing = new Map(ours.map((partition) => [sameSpelling(partition.bound), partition]));
  const fresh = namePartitions(target, readKeys(keys, of), names);
  return { table, exchanges: fresh.map((partition) => ({ fresh: partition, old: standing.get(partition.bound) })) };
}

/**
 * All that is slow comes before the lock: the new partitions are filled, and have their indexes, in a divided table of the same
 * kind that nobody else sees.
 */
function exchangeAll(
  { stage, target, columns }: ReplacePartitions,
  declared: DeclaredPartitions,
  found: Found,
  context: RenderContext,
): readonly Statement[] {
  const { table, exchanges } = found;
  if (exchanges.length === 0) return [];
  const parent = { schema: target.schema, name: temporaryName(stage.name, 'partitions') };
  const fresh = exchanges.map((exchange) => exchange.fresh);
  const old = exchanges.flatMap((exchange) => exchange.old ?? []);
  const list = columns.map(quoteIdentifier).join(', ');
  const gone = old.map(({ relation }) => nameOf(relation)).join(', ');
  const locks = locksOf(found);
  return [
    { sql: `create table ${nameOf(parent)} (like ${nameOf(target)} ${likeness}) ${partitionBy(declared)}` },
    ...createProven(parent, fresh, declared),
    { sql: `insert into ${nameOf(parent)} (${list}) select ${list} from ${nameOf(stage)}` },
    ...each(table.indexes.map((index) => index(nameOf(parent)))),
    ...fresh.flatMap(({ relation }) => [
      { sql: `alter table ${nameOf(parent)} detach partition ${nameOf(relation)}` },
      ...own(relation, table.owner),
    ]),
    { sql: `drop table ${nameOf(parent)}` },
    ...(old.length === 0 ? lockAll(locks, context) : [...lockAll([...locks, target], context), { sql: `drop table ${gone}` }]),
    ...fresh.flatMap((partition) => attach(target, partition)),
  ];
}
