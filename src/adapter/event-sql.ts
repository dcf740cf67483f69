/** The SQL by which events, each the state of a key at some place of a sequence, become rows of a table. Engines differ in how they name a row. */
import type { SettleEvents } from './operation.ts';
import type { Relation } from './relation.ts';

interface EventDialect {
  readonly quoteIdentifier: (name: string) => string;
  readonly relation: (relation: Relation) => string;
  /** What tells a row of a table from all others of the same values. */
  readonly rowId: string;
}

/** Tells a table of deletions from others. */
export const deletionMarker = '_tx_deleted';

/** A hash over the values of a row, which cannot run into each other: of two events that nothing else tells apart, the same one always wins. */
function markOf(values: readonly string[]): string {
  const parts = values.map((value) => {
    const text = `cast(${value} as varchar)`;
    return `coalesce(cast(length(${text}) as varchar) || ':' || ${text}, 'n')`;
  });
  return `md5(${parts.join(' || ')})`;
}

class Events {
  readonly #operation: SettleEvents;
  readonly #dialect: EventDialect;
  readonly stage: string;

  constructor(operation: SettleEvents, dialect: EventDialect) {
    this.#operation = operation;
    this.#dialect = dialect;
    this.stage = dialect.relation(operation.stage);
  }

  /** Conditions of the user see the columns of the stage alone, under their own names. */
  get isDeletion(): string {
    const { deleteWhen } = this.#operation;
    // The newline ends a trailing line comment.
    return deleteWhen === undefined ? 'false' : `case when (${deleteWhen}\n) then true else false end`;
  }

  /** The events, under names that no user writes. */
  get all(): string {
    return this.#select([]);
  }

  /** With what tells them apart that have the same key and place. */
  get whole(): string {
    const quote = this.#dialect.quoteIdentifier;
    return this.#select(this.#operation.compared.map((column, at) => `${quote(column)} as _tx_c${at}`));
  }

  #select(values: readonly string[]): string {
    const { key, sequence } = this.#operation;
    const quote = this.#dialect.quoteIdentifier;
    const columns = [
      `${this.#dialect.rowId} as _tx_row`,
      ...key.map((column, at) => `${quote(column)} as _tx_k${at}`),
      `${quote(sequence)} as _tx_seq`,
      `${this.isDeletion} as _tx_gone`,
      ...values,
    ];
    return `(select ${columns.join(', ')} from ${this.stage})`;
  }

  /** Of a row of {@link whole}. To be read of few rows: making it takes longer than all the rest. */
  get mark(): string {
    return markOf(this.#operation.compared.map((_, at) => `e._tx_c${at}`));
  }

  get keys(): string {
    return this.#operation.key.map((_, at) => `_tx_k${at}`).join(', ');
  }

  sameKey(alias: string): string {
    return this.#operation.key.map((column, at) => `${alias}.${this.#dialect.quoteIdentifier(column)} = e._tx_k${at}`).join(' and ');
  }

  of(alias: string, column: string): string {
    return `${alias}.${this.#dialect.quoteIdentifier(column)}`;
  }

  without(rows: string): string {
    return `delete from ${this.stage} where ${this.#dialect.rowId} in (${rows})`;
  }

  /** Of each key the newest events stay: a deletion before a change with the same place in the sequence. */
  get newest(): string {
    const order = '_tx_seq desc, _tx_gone desc';
    const ranked = `select _tx_row, rank() over (partition by ${this.keys} order by ${order}) as _tx_rank from ${this.all} as e`;
    return this.without(`select _tx_row from (${ranked}) as ranked where _tx_rank > 1`);
  }

  /** Where these are several, one stays. */
  get oneOfEach(): string {
    const keys = this.#operation.key.map((_, at) => `_tx_k${at}`);
    const tied = `(select ${keys.map((key) => `${key} as ${key}_t`).join(', ')} from ${this.all} as e group by ${this.keys} having count(*) > 1) as tied`;
    const isTied = keys.map((key) => `tied.${key}_t = e.${key}`).join(' and ');
    const partition = keys.map((key) => `e.${key}`).join(', ');
    const ranked =
      `select e._tx_row, row_number() over (partition by ${partition} order by ${this.mark} desc) as _tx_rank ` +
      `from ${this.whole} as e join ${tied} on ${isTied}`;
    return this.without(`select _tx_row from (${ranked}) as ranked where _tx_rank > 1`);
  }

  /** An event goes that is not newer than what the table has of its key, by the same order. */
  notNewer(target: string): string {
    const { sequence, compared } = this.#operation;
    const stored = this.of('target', sequence);
    const mark = markOf(compared.map((column) => this.of('target', column)));
    return this.without(
      `select e._tx_row from ${this.whole} as e join ${target} as target on ${this.sameKey('target')} ` +
        `where ${stored} > e._tx_seq or (${stored} = e._tx_seq and not e._tx_gone and ${mark} >= ${this.mark})`,
    );
  }

  /** Nor may an event bring back what a later one has deleted. */
  notSince(deletions: string): string {
    const stored = this.of('d', this.#operation.sequence);
    return this.without(
      `select e._tx_row from ${this.all} as e join ${deletions} as d on ${this.sameKey('d')} where ${stored} >= e._tx_seq`,
    );
  }

  get columnsOfDeletions(): readonly string[] {
    const { key, sequence } = this.#operation;
    return [...key, sequence, deletionMarker].map(this.#dialect.quoteIdentifier);
  }

  get deletions(): string {
    const from = [...this.#operation.key.map((_, at) => `_tx_k${at}`), '_tx_seq', 'true'];
    const list = this.columnsOfDeletions.map((column, at) => `${from[at]} as ${column}`);
    return `select ${list.join(', ')} from ${this.all} as e where _tx_gone`;
  }
}

/**
 * Leaves in `stage` one row for each key that is to be written, and sees to those that are to go. The last statement tells how
 * many events have deleted something, where there are deletions.
 */
export function settleEventsSql(operation: SettleEvents, dialect: EventDialect): readonly string[] {
  const events = new Events(operation, dialect);
  const { deletions, target, deleteWhen } = operation;
  const table = target === undefined ? undefined : dialect.relation(target);
  const stale = table === undefined ? [] : [events.notNewer(table)];
  if (deletions === undefined || deleteWhen === undefined) return [events.newest, events.oneOfEach, ...stale];
  const kept = dialect.relation(deletions.relation);
  const gone = `delete from ${events.stage} where ${events.isDeletion}`;
  const create = `create table ${kept} as ${events.deletions}`;
  if (table === undefined) return [events.newest, events.oneOfEach, ...(deletions.exists ? [`drop table ${kept}`] : []), create, gone];
  return [
    events.newest,
    events.oneOfEach,
    ...stale,
    ...(deletions.exists ? [events.notSince(kept)] : []),
    `delete from ${table} as target using ${events.all} as e where ${events.sameKey('target')} and e._tx_gone`,
    ...(deletions.exists
      ? [
          `delete from ${kept} as d using ${events.all} as e where ${events.sameKey('d')}`,
          `insert into ${kept} (${events.columnsOfDeletions.join(', ')}) ${events.deletions}`,
        ]
      : [create]),
    gone,
  ];
}
