/** Renders the first filling of a divided table. */
import type { RenderContext, StagePartitions } from '../../../adapter/operation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { columnsStatement, readColumns } from '../catalog.ts';
import { dialect } from '../dialect.ts';
import { createWithin, namePartitions, namesStatement, partitionBy } from './make-partitions.ts';
import { keysStatement, readKeys } from './partition-keys.ts';

/** Nobody else sees the stage, so its partitions are simply made in it; the rows find theirs themselves. */
export async function stagePartitions(
  { stage, rows, target, declared }: StagePartitions,
  { look }: Pick<RenderContext, 'look'>,
): Promise<readonly Statement[]> {
  const name = dialect.relation(stage);
  const create = { sql: `create table ${name} (like ${dialect.relation(rows)}) ${partitionBy(declared)}` };
  const [columns, names] = await look(columnsStatement(rows), namesStatement(target));
  const type = readColumns(columns).find((column) => column.name === declared.column)?.type;
  // The server says in its own words that the column is not there.
  if (type === undefined) return [create];
  const of = { rows, declared, type };
  const [found] = await look(keysStatement(of, []));
  const partitions = namePartitions(target, readKeys(found, of), names);
  return [create, ...createWithin(stage, partitions, declared), { sql: `insert into ${name} select * from ${dialect.relation(rows)}` }];
}
