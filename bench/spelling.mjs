/** What the engines that are measured spell differently. */

const listOf = (items) => items.map((item) => `'${item}'`).join(', ');

export const duckdb = {
  target: { type: 'duckdb', path: 'warehouse.duckdb' },
  text: 'varchar',
  /** A table of one column, `i`, from 0 to one less than `count`. */
  series: (count) => `range(${count}) as r(i)`,
  nth: (items, at) => `([${listOf(items)}])[${at}]`,
  minutes: (expression) => `to_minutes(${expression})`,
  hash: (expression) => `hash(${expression})`,
  matches: (text, pattern) => `regexp_full_match(${text}, '${pattern}')`,
  columnar: true,
  create: (materialized, name, query) => `create or replace ${materialized} ${name} as ${query}`,
  temporary: 'temp',
  /** Columns that compress as badly as real ones. */
  eventColumns: (id, seed) =>
    `${id} as id, date '2020-01-01' + cast(${id} // 4000 as integer) as day, cast(hash(${id}) % 100000 as integer) as customer_id, ` +
    `(['open', 'paid', 'sent', 'void'])[cast(1 + hash(${id} + ${seed}) % 4 as integer)] as status, ` +
    `cast(hash(${id} * 31 + ${seed}) % 1000000 / 100 as decimal(12, 2)) as amount, ` +
    `timestamp '2024-01-01' + to_microseconds(cast(${id} * 1000000 + hash(${id}) % 1000000 as bigint)) as updated_at`,
  /** What the model of an increment is configured with. */
  eventConfig: () => '',
  /** What the best statement for an increment says beside the equality of keys. */
  keyRange: () => '',
  insertAll: 'insert',
};

const hash = (expression) => `(hashint8(cast(${expression} as bigint)) & 2147483647)`;
const eventNames = ['id', 'day', 'customer_id', 'status', 'amount', 'updated_at'];

export const postgres = {
  text: 'text',
  series: (count) => `generate_series(0, ${count} - 1) as r(i)`,
  nth: (items, at) => `(array[${listOf(items)}])[${at}]`,
  minutes: (expression) => `${expression} * interval '1 minute'`,
  hash,
  matches: (text, pattern) => `${text} ~ '^${pattern}$'`,
  columnar: false,
  create: (materialized, name, query) => `create ${materialized} ${name} as ${query}`,
  temporary: 'pg_temp',
  eventColumns: (id, seed) =>
    `cast(${id} as bigint) as id, date '2020-01-01' + cast(${id} / 4000 as integer) as day, cast(${hash(id)} % 100000 as integer) as customer_id, ` +
    `(array['open', 'paid', 'sent', 'void'])[1 + ${hash(`${id} + ${seed}`)} % 4] as status, ` +
    `cast(${hash(`cast(${id} as bigint) * 31 + ${seed}`)} % 1000000 / 100.0 as numeric(12, 2)) as amount, ` +
    `timestamp '2024-01-01' + ${id} * interval '1 second' + ${hash(id)} % 1000000 * interval '1 microsecond' as updated_at`,
  eventConfig: (strategy) => ` indexes=(array (object columns="id"${strategy === 'append' ? '' : ' unique=true'}))`,
  // Without it the planner reads the whole table.
  keyRange: (table) => ` and events.id >= (select min(id) from ${table}) and events.id <= (select max(id) from ${table})`,
  /** What brings a delta in by a merge where a unique index stands over the key. */
  onConflict: `on conflict (id) do update set ${eventNames
    .slice(1)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`,
};
