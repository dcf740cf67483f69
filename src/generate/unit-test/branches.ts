/** Finds the branches of a query: both sides of its conditions and joins, each arm of a CASE, groups of several rows. */
import { conjuncts } from '../../parse/sql/conditions.ts';
import type { FromItem, Select } from '../../parse/sql/query.ts';
import { splitBy } from '../../parse/sql/read-query.ts';
import type { Range } from '../../parse/code-tokens.ts';
import { isSign, isWord, nameOf, topLevel } from '../../parse/code-tokens.ts';
import type { Origins } from './origins.ts';
import type { Probe, ProbeColumn, ProbeForm } from './probe.ts';
import type { Scope, Text } from './scope.ts';
import { readCase } from './read-case.ts';
import { readWindow } from './read-window.ts';
import { headOf, scopesOf, sliceOf } from './scope.ts';

/** What probes are made of. */
export interface ProbeInput {
  readonly text: Text;
  readonly origins: Origins;
  readonly quote: (name: string) => string;
  /** SQL as people know it. */
  readonly shown: (sql: string) => string;
}

export function branchesOf(input: ProbeInput): readonly Probe[] {
  return scopesOf(input.text).flatMap((scope) => (scope.select.from.length === 0 ? [] : new SelectProbes(input, scope).all()));
}

/** A mark that tells whether a row of a joined relation is there. */
const mark = 'tx_found';

class SelectProbes {
  readonly #input: ProbeInput;
  readonly #select: Select;
  readonly #scope: Scope;
  readonly #head: string;
  readonly #columns: readonly ProbeColumn[];
  /** Those that were asked about. */
  readonly #windows = new Set<string>();

  constructor(input: ProbeInput, scope: Scope) {
    this.#input = input;
    this.#scope = scope;
    this.#select = scope.select;
    this.#head = headOf(scope.tables);
    this.#columns = scope.select.from.flatMap((item, at) => this.#columnsOf(item, at));
  }

  all(): readonly Probe[] {
    return [...this.#rows(), ...this.#filters(), ...this.#joins(), ...this.#conditions(), ...this.#groups()];
  }

  #slice(range: Range): string {
    return sliceOf(this.#input.text, range);
  }

  #short(sql: string): string {
    return short(this.#input.shown(sql));
  }

  #columnsOf(item: FromItem, at: number): readonly ProbeColumn[] {
    const { alias } = item;
    const outputs = alias === undefined ? undefined : this.#input.origins.ofItem(item, this.#scope.tables);
    if (alias === undefined || outputs === undefined) return [];
    const { quote } = this.#input;
    return [...outputs].flatMap(([name, origins]) =>
      origins.map((origin): ProbeColumn => ({ sql: `${quote(alias)}.${quote(name)}`, item: at, origin })),
    );
  }

  /** The FROM clause as it is written. */
  get #from(): string {
    const { from } = this.#select;
    return this.#slice({ from: from[0]?.at ?? 0, to: this.#fromEnd });
  }

  get #fromEnd(): number {
    const { select } = this.#scope;
    const { tokens } = this.#input.text;
    const begin = select.from[0]?.at ?? select.range.to;
    for (const at of topLevel(tokens, { from: begin, to: select.range.to })) {
      const isClause =
        isWord(tokens, at, 'where', 'having', 'qualify', 'window') || (isWord(tokens, at, 'group') && isWord(tokens, at + 1, 'by'));
      if (isClause && !isSign(tokens, at - 1, '.')) return at;
    }
    return select.range.to;
  }

  #where(...conditions: readonly string[]): string {
    const { where } = this.#select;
    const all = [...(where === undefined ? [] : [`(${this.#slice(where)}\n)`]), ...conditions];
    return all.length === 0 ? '' : ` where ${all.join(' and ')}`;
  }

  #form(body: string, columns: readonly ProbeColumn[] = this.#columns): ProbeForm {
    return { head: this.#head, body, columns };
  }

  /** A query in brackets with its select list and more, and a condition on what it gives. */
  #around(added: readonly string[], rest: string, condition: string): ProbeForm {
    const { select } = this.#scope;
    const list = [...select.items.map(({ range }) => this.#slice(range)), ...added].join(', ');
    return this.#form(`from (select ${list} from ${rest}\n) as tx_rows${condition}`, this.#outputs());
  }

  /** Columns of the select list, as a query around it sees them. */
  #outputs(): readonly ProbeColumn[] {
    const { origins, quote, text } = this.#input;
    return this.#select.items.flatMap(({ range, star }) => {
      if (star !== undefined) return [];
      const name = nameOf(text.tokens.list[range.to - 1]);
      const value = isWord(text.tokens, range.to - 2, 'as') ? { from: range.from, to: range.to - 2 } : range;
      const found = origins.at(value, this.#select, this.#scope.tables);
      return name === undefined ? [] : found.map((origin): ProbeColumn => ({ sql: `tx_rows.${quote(name)}`, item: 0, origin }));
    });
  }

  #rows(): readonly Probe[] {
    const { where, groupBy, filtersLater } = this.#select;
    if (where !== undefined || groupBy !== undefined || filtersLater) return [];
    return [{ label: `rows of \`${this.#short(this.#from)}\``, forms: [this.#form(`from ${this.#from}`)] }];
  }

  #filters(): readonly Probe[] {
    const { where } = this.#select;
    if (where === undefined) return [];
    const { tokens } = this.#input.text;
    const parts = (conjuncts(tokens, where) ?? [where]).map((part) => this.#slice(part));
    const body = `from ${this.#from} where`;
    const kept: Probe = {
      label: `kept by \`where ${this.#short(this.#slice(where))}\``,
      forms: [this.#form(`${body} (${this.#slice(where)}\n)`)],
    };
    const left = parts.map((part, at): Probe => {
      const others = parts.filter((_, other) => other !== at).map((other) => `(${other}\n) and `);
      const forms = [others.join(''), ''].map((before) => this.#form(`${body} ${before}((${part}\n) is not true)`));
      return { label: `left out by \`${this.#short(part)}\``, forms };
    });
    return [kept, ...left];
  }

  #joins(): readonly Probe[] {
    const { from } = this.#select;
    return from.flatMap((item, at): readonly Probe[] => {
      if (at === 0 || item.alias === undefined || item.join === 'comma' || item.join === 'cross') return [];
      if (item.source.kind === 'unread' || (item.on === undefined && item.using === undefined)) return [];
      const found = `${this.#input.quote(item.alias)}.${mark}`;
      const whole = this.#marked(at, from.length);
      const start = this.#marked(at, at + 1, item.join === 'inner' ? 'left join ' : undefined);
      const lone = this.#form(
        `from ${start} where ${found} is null`,
        this.#columns.filter((column) => column.item < at),
      );
      const survives = this.#form(`from ${whole}${this.#where(`${found} is null`)}`, lone.columns);
      const name = `\`${this.#short(this.#slice({ from: item.at, to: this.#endOf(at) }))}\``;
      return [
        {
          label: `with a partner in ${name}`,
          forms: [this.#form(`from ${whole}${this.#where(found)}`), this.#form(`from ${start} where ${found}`)],
        },
        { label: `without a partner in ${name}`, forms: item.join === 'inner' ? [lone] : [survives, lone] },
      ];
    });
  }

  /** Where an item of the FROM clause ends. */
  #endOf(at: number): number {
    const { tokens } = this.#input.text;
    const next = this.#select.from[at + 1];
    if (next === undefined) return this.#fromEnd;
    return next.join === 'comma' && isSign(tokens, next.at - 1, ',') ? next.at - 1 : next.at;
  }

  /** The FROM clause up to an item, with one of them marked; its join may be another one. */
  #marked(at: number, count: number, join?: string): string {
    const { from } = this.#select;
    const item = from[at];
    if (item === undefined || item.source.kind === 'unread') return this.#from;
    const { source, alias = '' } = item;
    const range = source.kind === 'relation' ? source.name.range : { from: source.query.range.from - 1, to: source.query.range.to + 1 };
    const written = this.#slice(range);
    const inner = source.kind === 'relation' ? written : `${written} as tx_of`;
    const isNamed = source.kind === 'query' || this.#hasAlias(range.to, alias);
    const marked = `(select *, true as ${mark} from ${inner}) ${isNamed ? '' : `as ${this.#input.quote(alias)} `}`;
    const first = this.#slice({ from: from[0]?.at ?? 0, to: item.at });
    const words = join ?? this.#slice({ from: item.at, to: range.from });
    const rest = this.#slice({ from: range.to, to: this.#endOf(count - 1) });
    return `${first}\n${words} ${marked} ${range.to < this.#endOf(count - 1) ? rest : ''}`;
  }

  #hasAlias(next: number, alias: string): boolean {
    const { tokens } = this.#input.text;
    return isWord(tokens, next, 'as') || (!isWord(tokens, next, 'on', 'using') && nameOf(tokens.list[next])?.toLowerCase() === alias);
  }

  /** Arms of CASE, values that may be missing, filters of aggregates. */
  #conditions(): readonly Probe[] {
    const { text } = this.#input;
    const { range } = this.#select;
    const found: Probe[] = [];
    const inFrom = { from: this.#select.from[0]?.at ?? range.to, to: this.#fromEnd };
    for (let at = range.from; at < range.to; at += 1) {
      if (at === inFrom.from) at = inFrom.to;
      const { tokens } = text;
      const close = tokens.partners.get(at);
      // A query inside is a scope of its own.
      if (close !== undefined && isWord(tokens, at + 1, 'select', 'with')) at = close;
      else if (isWord(tokens, at, 'case')) found.push(...this.#armsOf(at));
      else if (isWord(tokens, at, 'coalesce', 'ifnull') && isSign(tokens, at + 1, '(')) found.push(...this.#missing(at));
      else if (isWord(tokens, at, 'if', 'iif') && isSign(tokens, at + 1, '(')) found.push(...this.#either(this.#firstArgument(at)));
      else if (isWord(tokens, at, 'over') && isSign(tokens, at + 1, '(')) found.push(...this.#windowed(at + 1));
      else if (isWord(tokens, at, 'filter') && isSign(tokens, at + 1, '(') && isWord(tokens, at + 2, 'where'))
        found.push(...this.#either({ from: at + 3, to: tokens.partners.get(at + 1) ?? at + 3 }));
    }
    return found;
  }

  /** Rows that a window takes together, others that it does not, and such as it brings into an order. */
  #windowed(open: number): readonly Probe[] {
    const { partition, order } = readWindow(this.#input.text, open);
    const parts = partition === undefined ? undefined : this.#slice(partition);
    const by = order === undefined ? undefined : this.#slice(order);
    const text = JSON.stringify([parts, by]);
    if (this.#windows.has(text)) return [];
    this.#windows.add(text);
    const over = parts === undefined ? '' : `partition by ${parts}\n`;
    const together =
      by === undefined
        ? [`several rows in a partition of \`${this.#short(parts ?? '')}\``, `count(*) over (${over}) > 1`]
        : [`later in \`${this.#short(`${over}order by ${by}`)}\``, `rank() over (${over}order by ${by}\n) > 1`];
    return [
      ...(parts === undefined && by === undefined ? [] : [this.#probe(together[0] ?? '', together[1] ?? '')]),
      ...(parts === undefined
        ? []
        : [this.#probe(`in another partition of \`${this.#short(parts)}\``, `dense_rank() over (order by ${parts}\n) > 1`)]),
    ];
  }

  #firstArgument(at: number): Range {
    const { tokens } = this.#input.text;
    const inside = { from: at + 2, to: tokens.partners.get(at + 1) ?? at + 2 };
    return splitBy(tokens, inside, (comma) => isSign(tokens, comma, ','))[0] ?? inside;
  }

  #missing(at: number): readonly Probe[] {
    const value = this.#slice(this.#firstArgument(at));
    return [
      this.#probe(`\`${this.#short(value)}\` is there`, `(${value}\n) is not null`),
      this.#probe(`\`${this.#short(value)}\` is missing`, `(${value}\n) is null`),
    ];
  }

  #either(range: Range): readonly Probe[] {
    const condition = this.#slice(range);
    return [
      this.#probe(`\`${this.#short(condition)}\` holds`, `(${condition}\n)`),
      this.#probe(`\`${this.#short(condition)}\` does not hold`, `((${condition}\n) is not true)`),
    ];
  }

  #armsOf(start: number): readonly Probe[] {
    const parts = readCase(this.#input.text, start, this.#select.range.to);
    if (parts === undefined) return [];
    const operand = parts.operand === undefined ? undefined : this.#slice(parts.operand);
    const conditions = parts.whens.map((when) => {
      const written = this.#slice(when);
      return operand === undefined ? `(${written}\n)` : `((${operand}\n) = (${written}\n))`;
    });
    const none = (before: readonly string[]): readonly string[] => before.map((condition) => `(${condition} is not true)`);
    const arms = conditions.map((condition, at) =>
      this.#probe(
        `\`case${operand === undefined ? '' : ` ${this.#short(operand)}`} when ${this.#short(this.#slice(parts.whens[at] ?? parts.end))}\``,
        ...none(conditions.slice(0, at)),
        condition,
      ),
    );
    const last = parts.whens.at(-1);
    const label = `none of \`case … when ${last === undefined ? '' : this.#short(this.#slice(last))}\``;
    return [...arms, this.#probe(label, ...none(conditions))];
  }

  /** A condition on the rows that are read; else, where it speaks of groups or windows, on what is made of them. */
  #probe(label: string, ...conditions: readonly string[]): Probe {
    const { groupBy, having } = this.#select;
    const condition = conditions.join(' and ');
    const rest = `${this.#from}${this.#where()}`;
    const nested = this.#around([`(${condition}) as ${mark}`], `${rest}${this.#grouped()}`, ` where tx_rows.${mark}`);
    const isGrouped = groupBy !== undefined || having !== undefined;
    return {
      label,
      forms: [
        this.#form(`from ${this.#from}${this.#where(condition)}`),
        ...(isGrouped ? [nested] : [this.#window(condition, rest), nested]),
      ],
    };
  }

  /** Functions of windows stand in no WHERE: they are asked a level further in. */
  #window(condition: string, rest: string): ProbeForm {
    const list = this.#columns.map(({ sql }, at) => `${sql} as tx_${at}`);
    const columns = this.#columns.map((column, at): ProbeColumn => ({ ...column, sql: `tx_rows.tx_${at}` }));
    return this.#form(
      `from (select ${[...list, `(${condition}) as ${mark}`].join(', ')} from ${rest}\n) as tx_rows where tx_rows.${mark}`,
      columns,
    );
  }

  #grouped(withHaving = true): string {
    const { groupBy, having } = this.#select;
    const later = having !== undefined && withHaving ? ` having ${this.#slice(having)}\n` : '';
    return `${groupBy === undefined ? '' : ` group by ${this.#slice(groupBy)}\n`}${later}`;
  }

  #groups(): readonly Probe[] {
    const { groupBy, having, qualify, distinct } = this.#select;
    const rest = `${this.#from}${this.#where()}`;
    const probes: Probe[] = [];
    if (groupBy !== undefined) {
      const label = `several rows in a group of \`${this.#short(this.#slice(groupBy))}\``;
      const form = this.#around([`count(*) as ${mark}`], `${rest}${this.#grouped()}`, ` where tx_rows.${mark} > 1`);
      probes.push({ label, forms: [form] });
    }
    if (having !== undefined) {
      const condition = this.#slice(having);
      const left = this.#around([`((${condition}\n) is not true) as ${mark}`], `${rest}${this.#grouped(false)}`, ` where tx_rows.${mark}`);
      probes.push({ label: `left out by \`having ${this.#short(condition)}\``, forms: [left] });
    }
    if (qualify !== undefined) {
      const condition = this.#slice(qualify);
      const form = this.#around([], `${rest}${this.#grouped()} qualify ((${condition}\n) is not true)`, '');
      probes.push({ label: `left out by \`qualify ${this.#short(condition)}\``, forms: [form] });
    }
    // DISTINCT ON lists what it sorts by; only the plain one is the same as grouping.
    if (distinct === 'all' && groupBy === undefined && this.#select.items.every(({ star }) => star === undefined)) {
      const list = this.#select.items.map(({ range }) => this.#slice(range)).join(', ');
      const keys = this.#select.items.map((_, at) => String(at + 1)).join(', ');
      const body = `from (select ${list}, count(*) as ${mark} from ${rest} group by ${keys}\n) as tx_rows where tx_rows.${mark} > 1`;
      probes.push({ label: 'rows that `distinct` makes one', forms: [this.#form(body, this.#outputs())] });
    }
    return probes;
  }
}

const longest = 60;

/** SQL on one line, cut where it is long; no backticks of its own. */
function short(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').replaceAll('`', "'").trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
