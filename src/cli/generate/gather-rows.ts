/** Finds rows of the inputs that take the branches of a query, and those that belong to them. */
import type { InputColumns, Origin, Tie } from '../../generate/unit-test/origins.ts';
import type { Probe, ProbeColumn, ProbeForm } from '../../generate/unit-test/probe.ts';
import { probeSql } from '../../generate/unit-test/probe.ts';
import type { Asking, SampledInput, TextRow } from './sampled-rows.ts';
import { asText, inOrder, textRows, tryQuery, typedLiteral } from './sampled-rows.ts';

/** Most rows of one input that are looked at. */
const mostRows = 60;
/** Rows that are asked for at once: of a branch, and of those that belong to one value. */
const fewRows = 2;
const mostValues = 24;
/** How often those are looked for that belong to what was found. */
const rounds = 3;

export class GatheredRows {
  readonly #asking: Asking;
  /** What is read now: the inputs, or parts of them. */
  #inputs: readonly SampledInput[];
  readonly #found: readonly Map<string, TextRow>[];
  #most = mostRows;
  /** Values that were looked for, by the columns that had to have them. */
  readonly #asked = new Map<string, Set<string>>();

  constructor(asking: Asking, inputs: readonly SampledInput[]) {
    this.#asking = asking;
    this.#inputs = inputs;
    this.#found = inputs.map(() => new Map());
  }

  /** Goes on with these in the place of the inputs, in their order. */
  read(inputs: readonly SampledInput[]): void {
    this.#inputs = inputs;
    this.#asked.clear();
  }

  get rows(): readonly (readonly TextRow[])[] {
    return this.#found.map((rows) => [...rows.values()]);
  }

  /** Rows that take these branches, at most so many of an input; gives the places of the branches that no row takes. */
  async follow(probes: readonly Probe[], most = mostRows): Promise<readonly number[]> {
    this.#most = most;
    const missing: number[] = [];
    for (const [at, probe] of probes.entries()) if (!(await this.#follow(probe))) missing.push(at);
    return missing;
  }

  /** Any rows, and what belongs to those that were found. */
  async complete(ties: readonly Tie[]): Promise<void> {
    this.#most = mostRows;
    for (const at of this.#inputs.keys()) await this.#fetch(at, 'true', fewRows);
    for (let round = 0; round < rounds; round += 1) if (!(await this.#widen(ties))) return;
  }

  /** Whether there are rows that take a branch. */
  async #follow(probe: Probe): Promise<boolean> {
    const form = await this.#boundForm(probe);
    if (form === undefined) return true;
    const names = form.columns.map((_, at) => `tx_${at}`);
    const list = form.columns.map(({ sql }, at) => `${sql} as tx_${at}`).join(', ');
    const shown = names.map((name) => `${asText(name, this.#asking.dialect)} as ${name}`).join(', ');
    const found = await this.#inOrder(
      names,
      (order) =>
        `select ${shown} from (${form.head}select ${list} ${form.body} order by ${order} limit ${fewRows}) as tx_first order by ${order}`,
    );
    for (const row of found) await this.#trace(form.columns, row);
    return found.length > 0;
  }

  /** The first spelling that the database understands, and that tells something of its rows. */
  async #boundForm({ forms }: Probe): Promise<ProbeForm | undefined> {
    for (const form of forms)
      if ((await tryQuery(this.#asking, `${probeSql(form)} limit 0`, 0)) !== undefined) return form.columns.length === 0 ? undefined : form;
    return undefined;
  }

  async #inOrder(columns: readonly string[], query: (order: string) => string): Promise<readonly TextRow[]> {
    const found = await inOrder(this.#asking, columns, (order) => this.#asking.connection.query({ sql: query(order) }));
    return found === undefined ? [] : textRows(found);
  }

  /** The rows of inputs that a row of a query was made of, as far as its columns tell. */
  async #trace(columns: readonly ProbeColumn[], row: TextRow): Promise<void> {
    const parts = new Map<string, { readonly input: number; readonly values: Map<string, string | null> }>();
    for (const [at, { item, origin }] of columns.entries()) {
      const key = `${item} ${origin.input}`;
      const part = parts.get(key) ?? { input: origin.input, values: new Map<string, string | null>() };
      parts.set(key, part);
      part.values.set(origin.column, row[at] ?? null);
    }
    for (const { input, values } of parts.values()) {
      // A row that has no partner is NULL from end to end.
      if ([...values.values()].every((value) => value === null)) continue;
      const all = this.#inputs[input]?.columns ?? [];
      if (all.every(({ name }) => values.has(name))) this.#add(input, [all.map(({ name }) => values.get(name) ?? null)]);
      else await this.#fetch(input, this.#equal(input, values), fewRows);
    }
  }

  #equal(input: number, values: ReadonlyMap<string, string | null>): string {
    const { dialect } = this.#asking;
    const conditions = [...values].map(([name, value]) => {
      const column = dialect.quoteIdentifier(name);
      return value === null ? `${column} is null` : `${column} = ${typedLiteral(value, this.#typeOf({ input, column: name }), dialect)}`;
    });
    return conditions.join(' and ');
  }

  #typeOf({ input, column }: Origin): string {
    return this.#inputs[input]?.columns.find(({ name }) => name === column)?.type ?? this.#asking.dialect.typeName('text');
  }

  async #fetch(input: number, condition: string, limit: number): Promise<void> {
    const from = this.#inputs[input]?.real ?? '';
    const { shown, names } = this.#columns(input);
    const query = (order: string): string => `select ${shown} from ${from} as tx_of where ${condition} order by ${order} limit ${limit}`;
    this.#add(input, await this.#inOrder(names, query));
  }

  /** The columns of an input as SQL, and as texts in a select list. */
  #columns(input: number): { readonly names: readonly string[]; readonly shown: string } {
    const { dialect } = this.#asking;
    const names = (this.#inputs[input]?.columns ?? []).map(({ name }) => dialect.quoteIdentifier(name));
    return { names, shown: names.map((name, at) => `${asText(name, dialect)} as tx_${at}`).join(', ') };
  }

  #add(input: number, rows: readonly TextRow[]): boolean {
    const found = this.#found[input];
    let isNew = false;
    for (const row of rows) {
      const key = JSON.stringify(row);
      if (found === undefined || found.size >= this.#most || found.has(key)) continue;
      found.set(key, row);
      isNew = true;
    }
    return isNew;
  }

  /** Partners of what was found, and rows of the same groups. */
  async #widen(ties: readonly Tie[]): Promise<boolean> {
    let isNew = false;
    for (const input of this.#inputs.keys()) {
      const wanted = this.#wantedOf(input, ties);
      const found = (await this.#partners(input, wanted)) ?? (await this.#partnersApart(input, wanted));
      if (this.#add(input, found)) isNew = true;
    }
    return isNew;
  }

  /** Values of columns of an input by which something is tied to rows that were found, and that were not asked for before. */
  #wantedOf(input: number, ties: readonly Tie[]): readonly Wanted[] {
    const wanted = new Map<string, Set<string>>();
    for (const tie of ties)
      for (const [from, to] of [tie, [tie[1], tie[0]] as const]) {
        if (to.input !== input) continue;
        const values = wanted.get(to.column) ?? new Set();
        wanted.set(to.column, values);
        for (const value of this.#valuesOf(from)) values.add(value);
      }
    return [...wanted].flatMap(([column, values]) => {
      const asked = this.#askedOf(input, column);
      const fresh = [...values].filter((value) => !asked.has(value)).slice(0, mostValues);
      for (const value of fresh) asked.add(value);
      return fresh.length === 0 ? [] : [{ column, values: fresh }];
    });
  }

  #valuesOf({ input, column }: Origin): readonly string[] {
    const at = this.#inputs[input]?.columns.findIndex(({ name }) => name === column) ?? -1;
    return [...(this.#found[input]?.values() ?? [])].flatMap((row) => row[at] ?? []);
  }

  #askedOf(input: number, column: string): Set<string> {
    const key = `${input} ${column}`;
    const asked = this.#asked.get(key) ?? new Set();
    this.#asked.set(key, asked);
    return asked;
  }

  /** A value that does not fit one column says nothing of the others. */
  async #partnersApart(input: number, wanted: readonly Wanted[]): Promise<readonly TextRow[]> {
    const rows: TextRow[] = [];
    for (const each of wanted) rows.push(...((await this.#partners(input, [each])) ?? []));
    return rows;
  }

  /** Some rows for each of the values, by one look at the input; undefined where the database refuses that. */
  async #partners(input: number, wanted: readonly Wanted[]): Promise<readonly TextRow[] | undefined> {
    if (wanted.length === 0) return [];
    const { dialect, connection } = this.#asking;
    const { names, shown } = this.#columns(input);
    const keys = wanted.map(({ column, values }, at) => {
      const key = dialect.quoteIdentifier(column);
      const list = values.map((value) => typedLiteral(value, this.#typeOf({ input, column }), dialect)).join(', ');
      return { key, isWanted: `${key} in (${list})`, isFirst: `(tx_w${at} and tx_n${at} <= ${fewRows + 1})` };
    });
    const found = await inOrder(this.#asking, names, (order) => {
      const marks = keys.flatMap(({ key, isWanted }, at) => [
        `(${isWanted}) as tx_w${at}`,
        `row_number() over (partition by ${key} order by ${order}) as tx_n${at}`,
      ]);
      const rows = `select * from ${this.#inputs[input]?.real ?? ''} as tx_of where ${keys.map(({ isWanted }) => isWanted).join(' or ')}`;
      const marked = `select *, ${marks.join(', ')} from (${rows}) as tx_of`;
      const isFirst = keys.map((each) => each.isFirst).join(' or ');
      return connection.query({ sql: `select ${shown} from (${marked}) as tx_rows where ${isFirst} order by ${order}` });
    });
    return found && textRows(found);
  }
}

/** Values of one column for which rows are looked for. */
interface Wanted {
  readonly column: string;
  readonly values: readonly string[];
}

/** What the origins of columns are looked for in. */
export function inputColumns(inputs: readonly SampledInput[], nameOf: (input: SampledInput) => string): readonly InputColumns[] {
  return inputs.map((input) => ({ sql: nameOf(input), columns: input.columns.map(({ name }) => name) }));
}
