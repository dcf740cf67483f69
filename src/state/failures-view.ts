/** Writes the view that shows the failing rows that were kept of a test as rows. */
import type { Cell, Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import { keptRows } from './state-writer.ts';
import { buildSubject, stateRelation } from './state-tables.ts';

/** Columns of `tx` before those of the rows. */
const ownColumns = ['run_id', 'recorded_at'] as const;

interface Place {
  readonly schema: string;
  readonly dialect: Dialect;
}

/** Lists of columns that the kept rows of a test have, those of the newest run first. */
export async function readKeptColumns(
  connection: Connection,
  test: string,
  { schema, dialect }: Place,
): Promise<readonly (readonly string[])[]> {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const sql = `select entry from ${records} where kind = 'rows' and subject = ${dialect.literal(test)} order by recorded_at desc`;
  const lists = new Map<string, readonly string[]>();
  for (const [entry] of (await connection.query({ sql })).rows) {
    const { columns } = readEntry(entry);
    // Written by `failureEntry`, as a list of names.
    if (typeof columns === 'string') lists.set(columns, JSON.parse(columns) as readonly string[]);
  }
  return [...lists.values()];
}

/** What the newest record of a relation says of it: who built it, as the so-maniest, and from what. */
export interface NewestBuild {
  readonly node: string;
  readonly isForgotten: boolean;
  readonly contentHash: string;
}

/** Undefined where no build of the relation is known. */
export async function readNewestBuild(
  connection: Connection,
  relation: Relation,
  { schema, dialect }: Place,
): Promise<NewestBuild | undefined> {
  const records = dialect.relation(stateRelation(schema, 'records'));
  const subject = dialect.literal(buildSubject(relation, dialect));
  const sql = `select entry from ${records} where kind = 'build' and subject = ${subject} order by ordinal desc limit 1`;
  const [[entry] = []] = (await connection.query({ sql })).rows;
  if (entry === undefined) return undefined;
  const { node_id: node, status, content_hash: contentHash } = readEntry(entry);
  return { node: String(node), isForgotten: status === 'forgotten', contentHash: String(contentHash) };
}

/** Entries are objects of texts and numbers; a later version may leave fields out. */
function readEntry(entry: Cell | undefined): Readonly<Record<string, unknown>> {
  return typeof entry === 'string' ? (JSON.parse(entry) as Readonly<Record<string, unknown>>) : {};
}

/**
 * The query of the view. Columns that it has stay where they are and new ones come behind them, because others may have
 * built upon it; rows that have no such column have NULL there. Values are text: they are kept as they are shown.
 */
export function failuresQuery(
  test: string,
  lists: readonly (readonly string[])[],
  standing: readonly Column[],
  { schema, dialect }: Place,
): string {
  const { foldIdentifier: fold, quoteIdentifier: quote, literal } = dialect;
  const [text, timestamp] = [dialect.typeName('text'), dialect.typeName('timestamp')];
  const records = dialect.relation(stateRelation(schema, 'records'));
  const places = new Map<string, { readonly name: string; readonly at: string[] }>();
  for (const { name } of standing) if (!isOwn(name, fold)) places.set(fold(name), { name, at: [] });
  for (const list of lists) {
    const seen = new Set<string>();
    for (const [position, column] of list.entries()) {
      // A name of its own for each: the query of a test may give one to several columns, or one of ours.
      let name = column;
      while (isOwn(name, fold) || seen.has(fold(name))) name += '_';
      seen.add(fold(name));
      const place = places.get(fold(name)) ?? { name, at: [] };
      place.at.push(`when ${literal(JSON.stringify(list))} then (_tx_row ->> ${position})`);
      places.set(fold(name), place);
    }
  }
  const values = [...places.values()].map(({ name, at }) => {
    const value = at.length === 0 ? 'null' : `case _tx_columns ${at.join(' ')} end`;
    return `cast(${value} as ${text}) as ${quote(name)}`;
  });
  const field = (name: string): string => `(cast(entry as json) ->> ${literal(name)})`;
  const own = [`cast(_tx_run as ${text}) as ${quote('run_id')}`, `cast(_tx_at as ${timestamp}) as ${quote('recorded_at')}`];
  const kept =
    `select ${field('run_id')} as _tx_run, ${field('recorded_at')} as _tx_at, ${field('columns')} as _tx_columns, ` +
    `(cast(${field('rows')} as json) -> _tx_number.n) as _tx_row from ${records} ` +
    `cross join generate_series(0, ${keptRows - 1}) as _tx_number(n) where kind = 'rows' and subject = ${literal(test)}`;
  return `select ${[...own, ...values].join(', ')} from (${kept}) as _tx_kept where _tx_row is not null`;
}

function isOwn(name: string, fold: Dialect['foldIdentifier']): boolean {
  return ownColumns.some((own) => fold(own) === fold(name));
}
