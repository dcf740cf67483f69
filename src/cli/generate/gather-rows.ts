/** Finds rows of the inputs that take the branches of a query, and those that belong to them. */
import type { InputColumns, Origin, Tie } from '../../generate/unit-test/origins.ts';
import type { Probe, ProbeColumn, ProbeForm } from '../../generate/unit-test/probe.ts';
import { probeSql } from '../../generate/unit-test/probe.ts';
import type { Asking, SampledInput, TextRow } from './sampled-rows.ts';
import { asText, textRows, tryQuery, typedLiteral } from './sampled-rows.ts';

/** Most rows of one input that are looked at. */
const mostRows = 60;
/** Rows that are asked for at once: of a branch, and of those that belong to one value. */
const fewRows = 2;
const mostValues = 24;
/** How often those are looked for that belong to what was found. */
const rounds = 3;

export class GatheredRows {
  readonly #asking: Asking;
  readonly #inputs: readonly SampledInput[];
  readonly #found: readonly Map<string, TextRow>[];

  constructor(asking: Asking, inputs: readonly SampledInput[]) {
    this.#asking = asking;
    this.#inputs = inputs;
    this.#found = inputs.map(() => new Map());
  }

  get rows(): readonly (readonly TextRow[])[] {
    return this.#found.map((rows) => [...rows.values()]);
  }

  async gather(probes: readonly Probe[], ties: readonly Tie[]): Promise<void> {
    for (const probe of probes) await this.#follow(probe);
    for (const at of this.#inputs.keys()) await this.#fetch(at, 'true', fewRows);
    for (let round = 0; round < rounds; round += 1) if (!(await this.#widen(ties))) return;
  }

  /** Rows that take a branch. */
  async #follow(probe: Probe): Promise<void> {
    const form = await this.#boundForm(probe);
    if (form === undefined || form.columns.length === 0) return;
    const list = form.columns.map(({ sql }, at) => `${asText(sql, this.#asking.dialect)} as tx_${at}`).join(', ');
    const found = await tryQuery(this.#asking, `${form.head}select ${list} ${form.body} limit ${fewRows}`, fewRows);
    for (const row of found === undefined ? [] : textRows(found)) await this.#trace(form.columns, row);
  }

  /** The first spelling that the database understands. */
  async #boundForm({ forms }: Probe): Promise<ProbeForm | undefined> {
    for (const form of forms) if ((await tryQuery(this.#asking, `${probeSql(form)} limit 0`, 0)) !== undefined) return form;
    return undefined;
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
    const found = await tryQuery(
      this.#asking,
      `select ${this.#list(input)} from ${from} as tx_of where ${condition} limit ${limit}`,
      limit,
    );
    if (found !== undefined) this.#add(input, textRows(found));
  }

  #list(input: number): string {
    const { dialect } = this.#asking;
    return (this.#inputs[input]?.columns ?? [])
      .map(({ name }, at) => `${asText(dialect.quoteIdentifier(name), dialect)} as tx_${at}`)
      .join(', ');
  }

  #add(input: number, rows: readonly TextRow[]): boolean {
    const found = this.#found[input];
    let isNew = false;
    for (const row of rows) {
      const key = JSON.stringify(row);
      if (found === undefined || found.size >= mostRows || found.has(key)) continue;
      found.set(key, row);
      isNew = true;
    }
    return isNew;
  }

  /** Partners of what was found, and rows of the same groups. */
  async #widen(ties: readonly Tie[]): Promise<boolean> {
    let isNew = false;
    for (const [one, other] of ties) {
      const directions =
        one.input === other.input && one.column === other.column ? [[one, other] as const] : [[one, other] as const, [other, one] as const];
      for (const [from, to] of directions) if (await this.#partners(from, to)) isNew = true;
    }
    return isNew;
  }

  async #partners(from: Origin, to: Origin): Promise<boolean> {
    const { dialect } = this.#asking;
    const at = this.#inputs[from.input]?.columns.findIndex(({ name }) => name === from.column) ?? -1;
    const rows = [...(this.#found[from.input]?.values() ?? [])];
    const values = [...new Set(rows.flatMap((row) => row[at] ?? []))].slice(0, mostValues);
    if (values.length === 0) return false;
    const key = dialect.quoteIdentifier(to.column);
    const list = values.map((value) => typedLiteral(value, this.#typeOf(to), dialect)).join(', ');
    const numbered = `select ${this.#list(to.input)}, row_number() over (partition by ${key}) as tx_n from ${this.#inputs[to.input]?.real ?? ''} as tx_of where ${key} in (${list})`;
    const names = (this.#inputs[to.input]?.columns ?? []).map((_, column) => `tx_${column}`).join(', ');
    const found = await tryQuery(this.#asking, `select ${names} from (${numbered}) as tx_rows where tx_n <= ${fewRows + 1}`);
    return found !== undefined && this.#add(to.input, textRows(found));
  }
}

/** What the origins of columns are looked for in. */
export function inputColumns(inputs: readonly SampledInput[], nameOf: (input: SampledInput) => string): readonly InputColumns[] {
  return inputs.map((input) => ({ sql: nameOf(input), columns: input.columns.map(({ name }) => name) }));
}
