/** Follows the columns of a query down to those of the inputs, where they pass unchanged, and finds what is joined with what. */
import { columnAt, conjuncts, equalSides } from '../../parse/sql/conditions.ts';
import type { FromItem, Query, Select } from '../../parse/sql/query.ts';
import { splitBy } from '../../parse/sql/read-query.ts';
import type { Range } from '../../parse/code-tokens.ts';
import { isSign, isWord, nameOf } from '../../parse/code-tokens.ts';
import type { Scope, SeenTable, Text } from './scope.ts';
import { scopesOf, sliceOf, tableOf, tablesOf } from './scope.ts';

/** A relation that the test gives. */
export interface InputColumns {
  /** How the text names it. */
  readonly sql: string;
  readonly columns: readonly string[];
}

/** A column of an input, by its place in the list of inputs. */
export interface Origin {
  readonly input: number;
  readonly column: string;
}

/** The columns of something in a FROM clause by their names, each with where its values may come from; none where that is not known. */
export type Outputs = ReadonlyMap<string, readonly Origin[]>;

export class Origins {
  readonly #text: Text;
  readonly #inputs: readonly InputColumns[];
  readonly #known = new Map<Query, Outputs>();

  constructor(text: Text, inputs: readonly InputColumns[]) {
    this.#text = text;
    this.#inputs = inputs;
  }

  /** What an item of a FROM clause gives; undefined where that cannot be read. */
  ofItem(item: FromItem, tables: readonly SeenTable[]): Outputs | undefined {
    const { source } = item;
    if (source.kind === 'query') return this.ofQuery(source.query, tables);
    if (source.kind === 'unread') return undefined;
    const table = tableOf(item, tables);
    if (table !== undefined) return this.ofQuery(table.query, tables.slice(0, tables.indexOf(table)));
    const at = this.inputOf(item);
    if (at === undefined) return undefined;
    return new Map(this.#inputs[at]?.columns.map((column) => [column, [{ input: at, column }]]));
  }

  /** The input that an item reads without anything between. */
  inputOf({ source }: FromItem): number | undefined {
    if (source.kind !== 'relation') return undefined;
    const written = sliceOf(this.#text, source.name.range);
    const at = this.#inputs.findIndex(({ sql }) => sql === written);
    return at === -1 ? undefined : at;
  }

  ofQuery(query: Query, outer: readonly SeenTable[]): Outputs {
    const known = this.#known.get(query);
    if (known !== undefined) return known;
    // A query that reads itself adds nothing to what its first branch tells.
    this.#known.set(query, new Map());
    const tables = [...outer, ...tablesOf(this.#text, query)];
    const outputs = new Map<string, Origin[]>();
    for (const branch of query.branches) {
      const part =
        branch.kind === 'select'
          ? this.#ofSelect(branch, tables)
          : branch.kind === 'query'
            ? this.ofQuery(branch.query, tables)
            : new Map<string, readonly Origin[]>();
      for (const [name, origins] of part) outputs.set(name, [...(outputs.get(name) ?? []), ...origins]);
    }
    this.#known.set(query, outputs);
    return outputs;
  }

  #ofSelect(select: Select, tables: readonly SeenTable[]): Outputs {
    const outputs = new Map<string, readonly Origin[]>();
    for (const item of select.items) {
      if (item.star === undefined) {
        const named = this.#namedColumn(item.range);
        if (named !== undefined) outputs.set(named.name, this.at(named.range, select, tables));
        continue;
      }
      const { of } = item.star;
      for (const source of select.from)
        if (of === undefined || source.alias === of)
          for (const [name, origins] of this.ofItem(source, tables) ?? []) if (!outputs.has(name)) outputs.set(name, origins);
    }
    return outputs;
  }

  /** An item of a select list: its name, and the part that makes the value. */
  #namedColumn({ from, to }: Range): { readonly name: string; readonly range: Range } | undefined {
    const { tokens } = this.#text;
    const name = nameOf(tokens.list[to - 1]);
    if (name === undefined) return undefined;
    if (isWord(tokens, to - 2, 'as')) return { name, range: { from, to: to - 2 } };
    const isPath = to - from === 1 || isSign(tokens, to - 2, '.');
    return { name, range: isPath ? { from, to } : { from, to: to - 1 } };
  }

  /** The same for a column that may be one of a query around it. */
  around(range: Range, { select, tables, outer }: Scope): readonly Origin[] {
    for (const each of [{ select, tables }, ...outer]) {
      const found = this.at(range, each.select, each.tables);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Where the values of an expression come from, if it is a column and nothing else. */
  at(range: Range, select: Pick<Select, 'from'>, tables: readonly SeenTable[]): readonly Origin[] {
    const { tokens } = this.#text;
    const qualified = columnAt(tokens, range);
    const column = qualified?.column ?? (range.to - range.from === 1 ? nameOf(tokens.list[range.from]) : undefined);
    if (column === undefined) return [];
    const items = select.from.filter(({ alias }) => qualified === undefined || alias === qualified.alias);
    return items.flatMap((item) => find(this.ofItem(item, tables), column));
  }
}

function find(outputs: Outputs | undefined, column: string): readonly Origin[] {
  if (outputs === undefined) return [];
  for (const [name, origins] of outputs) if (name.toLowerCase() === column.toLowerCase()) return origins;
  return [];
}

/** Columns that hold the same values, because rows are joined or brought together by them; one with itself where rows are grouped. */
export type Tie = readonly [Origin, Origin];

export function tiesOf(text: Text, origins: Origins): readonly Tie[] {
  const ties: Tie[] = [];
  const tie = (some: readonly Origin[], others: readonly Origin[]): void => {
    for (const one of some) for (const other of others) ties.push([one, other]);
  };
  for (const scope of scopesOf(text)) {
    const { select, tables } = scope;
    const { tokens } = text;
    const conditions = [...select.from.flatMap(({ on }) => (on === undefined ? [] : [on])), ...(select.where ? [select.where] : [])];
    for (const part of conditions.flatMap((range) => conjuncts(tokens, range) ?? [])) {
      const sides = equalSides(tokens, part);
      if (sides !== undefined) tie(origins.around(sides[0], scope), origins.around(sides[1], scope));
    }
    for (const [at, item] of select.from.entries())
      for (const column of item.using ?? []) {
        const before = select.from.slice(0, at).flatMap((other) => find(origins.ofItem(other, tables), column));
        tie(before, find(origins.ofItem(item, tables), column));
      }
    for (const range of [...(select.groupBy ? [select.groupBy] : []), ...partitionsOf(text, select.range)])
      for (const part of splitBy(tokens, range, (at) => isSign(tokens, at, ',')))
        for (const origin of origins.at(part, select, tables)) ties.push([origin, origin]);
  }
  return ties;
}

/** What follows `partition by`, up to the end of the brackets or `order by`. */
function partitionsOf({ tokens }: Text, { from, to }: Range): readonly Range[] {
  const found: Range[] = [];
  for (let at = from; at < to; at += 1) {
    if (!isWord(tokens, at, 'partition') || !isWord(tokens, at + 1, 'by')) continue;
    let end = at + 2;
    while (end < to && !isSign(tokens, end, ')') && !isWord(tokens, end, 'order', 'rows', 'range', 'groups'))
      end = (tokens.partners.get(end) ?? end) + 1;
    found.push({ from: at + 2, to: end });
  }
  return found;
}
