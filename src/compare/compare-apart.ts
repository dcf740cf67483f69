/** Compares relations of two databases that no query can read together: rows come from both in the order of their keys. */
import type { Adapter } from '../adapter/adapter.ts';
import type { CompareSql } from '../adapter/compare-sql.ts';
import type { Cell, Connection, ResultSet } from '../adapter/connection.ts';
import { bug } from '../diagnostics/bug.ts';
import type { ComparedSide, CompareRequest } from './compare-relations.ts';
import { chooseKey, compareSchemas } from './compare-schemas.ts';
import type { SharedColumn } from './compare-schemas.ts';
import type { ColumnMatch, KeyProblem, RelationComparison, RowDifference, RowKey, Sides } from './comparison.ts';
import type { Meeting, Parts, Row } from './merge-rows.ts';
import { mergeRows } from './merge-rows.ts';
import { isNear } from './near.ts';
import { hide, masker, named } from './samples.ts';

/** Rows of each side that are in memory at once. */
const rowsAtOnce = 2000;

type Side = keyof Sides<unknown>;

/** What reads the two databases. */
export interface Apart {
  readonly connections: Sides<Connection>;
  readonly adapter: Pick<Adapter, 'dialect' | 'readInParts'>;
}

export async function compareApart(apart: Apart, request: CompareRequest): Promise<RelationComparison> {
  const { here, there } = request.sides;
  if (here === undefined || there === undefined) return { kind: 'absent', here: here !== undefined, there: there !== undefined };
  const { difference, shared } = compareSchemas({ here: here.found.columns, there: there.found.columns }, apart.adapter.dialect);
  return { kind: 'compared', schema: difference, rows: await new ApartRows(apart, request, { here, there }, shared).compare() };
}

class ApartRows {
  readonly #apart: Apart;
  readonly #request: CompareRequest;
  readonly #sides: Sides<ComparedSide>;
  readonly #shared: readonly SharedColumn[];
  readonly #pair: NonNullable<CompareSql['pairApart']>;
  readonly #sortText: NonNullable<CompareSql['sortText']>;
  readonly #isMasked: ReturnType<typeof masker>;

  constructor(apart: Apart, request: CompareRequest, sides: Sides<ComparedSide>, shared: readonly SharedColumn[]) {
    const { dialect } = apart.adapter;
    this.#apart = apart;
    this.#request = request;
    this.#sides = sides;
    this.#shared = shared;
    this.#pair = dialect.compare.pairApart ?? bug('values of this engine meet inside of it only');
    this.#sortText = dialect.compare.sortText ?? bug('values of this engine meet inside of it only');
    this.#isMasked = masker({ dialect, masked: request.masked });
  }

  async compare(): Promise<RowDifference> {
    const parts = chooseKey(this.#request.keys, this.#shared, this.#apart.adapter.dialect);
    if (parts === undefined) return this.#compareBags(undefined);
    const { chosen, keys, values } = parts;
    const [here, there] = await Promise.all([this.#look('here', keys), this.#look('there', keys)]);
    if (here.duplicates + there.duplicates > 0) {
      const samples = { here: await this.#duplicates('here', keys, here), there: await this.#duplicates('there', keys, there) };
      return this.#compareBags({ key: chosen, duplicates: { here: here.duplicates, there: there.duplicates }, samples });
    }
    return this.#compareByKey(
      chosen,
      { keys, values },
      { counts: { here: here.rows, there: there.rows }, nullKeys: { here: here.nulls, there: there.nulls } },
    );
  }

  async #compareByKey(
    key: RowKey,
    { keys, values }: { readonly keys: readonly SharedColumn[]; readonly values: readonly SharedColumn[] },
    counted: { readonly counts: Sides<number>; readonly nullKeys: Sides<number> },
  ): Promise<RowDifference> {
    const width = keys.length;
    const without = { here: 0, there: 0 };
    const samples: Sides<Row[]> = { here: [], there: [] };
    const changedRows: Sides<Row>[] = [];
    const differing = values.map(() => 0);
    let [paired, changed] = [0, 0];
    const text = (side: Side): string => this.#rowsInOrder(side, keys, [...keys, ...values]);
    for await (const { here, there } of this.#merge(text, width)) {
      if (here !== undefined && there !== undefined) {
        paired += 1;
        const unlike = values.flatMap((column, at) => (this.#isSame(column, here[2 * width + at], there[2 * width + at]) ? [] : [at]));
        if (unlike.length === 0) continue;
        changed += 1;
        for (const at of unlike) differing[at] = (differing[at] ?? 0) + 1;
        if (changedRows.length < this.#request.limit) changedRows.push({ here: here.slice(width), there: there.slice(width) });
        continue;
      }
      const side: Side = here === undefined ? 'there' : 'here';
      without[side] += 1;
      if (samples[side].length < this.#request.limit) samples[side].push((here ?? there ?? []).slice(width));
    }
    const columns = values.map((column, at): ColumnMatch => ({ name: column.here.name, differing: differing[at] ?? 0 }));
    return {
      kind: 'keyed',
      key,
      ...counted,
      without,
      paired,
      changed,
      columns,
      changedCells: changed === 0 ? undefined : this.#changedCells(keys, values, changedRows),
      samples: {
        here: this.#sample('here', [...keys, ...values], samples.here),
        there: this.#sample('there', [...keys, ...values], samples.there),
      },
    };
  }

  #changedCells(keys: readonly SharedColumn[], values: readonly SharedColumn[], rows: readonly Sides<Row>[]): ResultSet {
    const shownKeys = named(keys, 'here');
    const cells = rows.flatMap(({ here, there }) => {
      const key = shownKeys.map(({ name }, at) => hide(here[at] ?? null, this.#isMasked(name)));
      return values.flatMap((column, at) => {
        const [one = null, other = null] = [here[keys.length + at], there[keys.length + at]];
        const { name } = column.here;
        const isMasked = this.#isMasked(name);
        return this.#isSame(column, one, other) ? [] : [[...key, name, hide(one, isMasked), hide(other, isMasked)]];
      });
    });
    return { columns: [...shownKeys, ...['column', 'here', 'there'].map((name) => ({ name, type: '' }))], rows: cells };
  }

  /** Whole rows are counted: equal ones come together, with their number behind them. */
  async #compareBags(problem: KeyProblem | undefined): Promise<RowDifference> {
    const shared = this.#shared;
    const width = shared.length;
    const none = { here: undefined, there: undefined };
    if (width === 0) {
      const counts = { here: (await this.#look('here', [])).rows, there: (await this.#look('there', [])).rows };
      return { kind: 'bare', problem, counts, without: { here: 0, there: 0 }, samples: none };
    }
    const [counts, without] = [
      { here: 0, there: 0 },
      { here: 0, there: 0 },
    ];
    const samples: Sides<Row[]> = { here: [], there: [] };
    const text = (side: Side): string => this.#rowsInOrder(side, shared, shared, true);
    for await (const { here, there } of this.#merge(text, width)) {
      const [mine, theirs] = [Number(here?.at(-1) ?? 0), Number(there?.at(-1) ?? 0)];
      counts.here += mine;
      counts.there += theirs;
      if (mine === theirs) continue;
      const side: Side = mine > theirs ? 'here' : 'there';
      const more = Math.abs(mine - theirs);
      without[side] += more;
      if (samples[side].length < this.#request.limit) samples[side].push([...(here ?? there ?? []).slice(width, -1), more]);
    }
    return {
      kind: 'bare',
      problem,
      counts,
      without,
      samples: { here: this.#sample('here', shared, samples.here, 'rows'), there: this.#sample('there', shared, samples.there, 'rows') },
    };
  }

  #sample(side: Side, columns: readonly SharedColumn[], rows: readonly Row[], count?: string): ResultSet | undefined {
    if (rows.length === 0) return undefined;
    const shown = named(columns, side, count);
    return { columns: shown, rows: rows.map((row) => row.map((cell, at) => hide(cell, this.#isMasked(shown[at]?.name)))) };
  }

  #isSame({ here, there }: SharedColumn, one: Cell = null, other: Cell = null): boolean {
    if (one === other) return true;
    const { tolerance } = this.#request;
    const { isNumber } = this.#apart.adapter.dialect.compare;
    return tolerance !== undefined && isNumber(here.type) && isNumber(there.type) && isNear(one, other, tolerance);
  }

  async *#merge(text: (side: Side) => string, width: number): AsyncGenerator<Meeting> {
    const { connections, adapter } = this.#apart;
    const read = adapter.readInParts ?? bug('this engine reads all rows at once');
    const parts = (side: Side): Parts => read(connections[side], { sql: text(side) }, rowsAtOnce);
    yield* mergeRows({ here: parts('here'), there: parts('there') }, width);
  }

  /** Columns of one side in the form in which they meet those of the other. */
  #columns(side: Side, columns: readonly SharedColumn[]): readonly string[] {
    const { quoteIdentifier } = this.#apart.adapter.dialect;
    return columns.map(({ here, there }) => {
      const typed = ({ name, type }: SharedColumn[Side]) => ({ sql: quoteIdentifier(name), type });
      const [first, second] = this.#pair(typed(here), typed(there));
      return side === 'here' ? first : second;
    });
  }

  /** Texts to sort by, then the columns; or equal rows as one, and how many they are. */
  #rowsInOrder(side: Side, keys: readonly SharedColumn[], columns: readonly SharedColumn[], together = false): string {
    const names = columns.map((_, at) => `c${at}`);
    const list = this.#columns(side, columns).map((sql, at) => `${sql} as c${at}`);
    const count = together ? ', count(*) as n' : '';
    const grouped = together ? ` group by ${names.join(', ')}` : '';
    const rows = `select ${names.join(', ')}${count} from (select ${list.join(', ')} from ${this.#sides[side].sql}) as tx_rows${grouped}`;
    const sorts = keys.map((_, at) => `${this.#sortText(`c${at}`)} as o${at}`);
    const order = keys.map((_, at) => `o${at} nulls first`);
    return `select ${[...sorts, '*'].join(', ')} from (${rows}) as tx_compared order by ${order.join(', ')}`;
  }

  /** Rows, keys that several of them have, and rows whose key has a NULL. */
  async #look(side: Side, keys: readonly SharedColumn[]): Promise<Looked> {
    const list = this.#columns(side, keys);
    const from = this.#sides[side].sql;
    const nulls = list.length === 0 ? '0' : `count(*) filter (where ${list.map((sql) => `${sql} is null`).join(' or ')})`;
    const groups = list.length === 0 ? '' : ` group by ${list.join(', ')}`;
    const sql = `select coalesce(sum(n), 0), count(*) filter (where n > 1), coalesce(sum(nulls), 0) from (select count(*) as n, ${nulls} as nulls from ${from}${groups}) as tx_keys`;
    const { rows } = await this.#apart.connections[side].query({ sql });
    const [all = 0, duplicates = 0, withNull = 0] = (rows[0] ?? []).map(Number);
    return { rows: all, duplicates: list.length === 0 ? 0 : duplicates, nulls: withNull };
  }

  async #duplicates(side: Side, keys: readonly SharedColumn[], { duplicates }: Looked): Promise<ResultSet | undefined> {
    const { limit } = this.#request;
    if (duplicates === 0 || limit === 0) return undefined;
    const list = this.#columns(side, keys);
    const places = list.map((_, at) => at + 1).join(', ');
    const sql = `select ${list.join(', ')}, count(*) as n from ${this.#sides[side].sql} group by ${places} having count(*) > 1 order by n desc, ${places} limit ${limit}`;
    const { rows } = await this.#apart.connections[side].query({ sql });
    return this.#sample(side, keys, rows, 'rows');
  }
}

interface Looked {
  readonly rows: number;
  readonly duplicates: number;
  readonly nulls: number;
}
