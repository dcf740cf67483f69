/** Makes queries at random over the relations of this folder: their rows depend on the content alone. */
import type { Random } from './relations.ts';

type Kind = 'number' | 'text' | 'truth';

interface Visible {
  /** As the query refers to it. */
  readonly ref: string;
  readonly kind: Kind;
}

interface Made {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[];
}

const tables: Readonly<Record<string, readonly (readonly [string, Kind])[]>> = {
  customers: [
    ['id', 'number'],
    ['name', 'text'],
    ['region', 'text'],
    ['referrer', 'number'],
  ],
  orders: [
    ['id', 'number'],
    ['customer', 'number'],
    ['amount', 'number'],
    ['status', 'text'],
    ['discount', 'number'],
  ],
  payments: [
    ['id', 'number'],
    ['order_id', 'number'],
    ['method', 'text'],
    ['paid', 'number'],
  ],
};

/** Words that only one of the engines has are left out for the other. */
type Spelling = 'duckdb' | 'postgres';

const joins: readonly string[] = ['join', 'left join', 'right join', 'full join'];

/** A query of about this depth. */
export function randomQuery(random: Random, depth: number, spelling: Spelling = 'duckdb'): string {
  return createMaker(random, spelling).query(depth, []).sql;
}

function createMaker(random: Random, spelling: Spelling): { readonly query: (depth: number, outer: readonly Visible[]) => Made } {
  let names = 0;
  const fresh = (prefix: string): string => `${prefix}${(names += 1)}`;
  const pick = <T>(...choices: readonly (() => T)[]): T => {
    const choice = choices[random(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice();
  };
  const one = <T>(values: readonly T[]): T => pick(...values.map((value) => () => value));
  const many = <T>(most: number, make: () => T): readonly T[] => Array.from({ length: 1 + random(most) }, make);

  /** Small, so that nothing has to be cast to stand beside it, whatever type an engine counts in. */
  function textLength(text: string): string {
    return spelling === 'duckdb' ? `length(${text})` : `cast(length(${text}) as smallint)`;
  }

  function literal(kind: Kind): string {
    if (kind === 'number') return one(['0', '1', '2', '1.5']);
    return kind === 'text' ? one([`'paid'`, `'open'`, `'north'`]) : one(['true', 'false']);
  }

  function column(kind: Kind, scope: readonly Visible[]): string {
    const fitting = scope.filter((visible) => visible.kind === kind);
    return fitting.length === 0 ? literal(kind) : one(fitting).ref;
  }

  function expression(kind: Kind, scope: readonly Visible[], depth: number): string {
    if (depth <= 0 || random(3) === 0) return column(kind, scope);
    const sub = (of: Kind): string => expression(of, scope, depth - 1);
    if (kind === 'truth') return truth(scope, depth);
    return pick(
      () => column(kind, scope),
      () => (kind === 'number' ? `(${sub('number')} ${one(['+', '-', '*', '/'])} ${sub('number')})` : `(${sub('text')} || ${sub('text')})`),
      () => `case when ${truth(scope, depth - 1)} then ${sub(kind)} ${random(2) === 0 ? '' : `else ${sub(kind)} `}end`,
      () => `coalesce(${sub(kind)}, ${sub(kind)})`,
      () => `nullif(${sub(kind)}, ${sub(kind)})`,
      () => (kind === 'text' ? `upper(${sub('text')})` : `greatest(${sub('number')}, ${sub('number')})`),
      () => (kind === 'text' ? `cast(${sub('number')} as varchar)` : textLength(sub('text'))),
      () => scalar(kind, scope, depth),
    );
  }

  /** An aggregate over a subquery, which sees the columns around it. */
  function scalar(kind: Kind, scope: readonly Visible[], depth: number): string {
    const { from, visible } = fromClause(depth - 2, scope);
    const where = random(3) === 0 ? '' : ` where ${truth([...visible, ...scope], depth - 2)}`;
    return `(select ${aggregate(kind, [...visible, ...visible, ...scope])} from ${from}${where})`;
  }

  function aggregate(kind: Kind, scope: readonly Visible[]): string {
    const filter = random(3) === 0 ? ` filter (where ${truth(scope, 1)})` : '';
    if (kind === 'number') return `${one(['sum', 'count', 'max', 'min', 'avg'])}(${expression('number', scope, 1)})${filter}`;
    return `${one(['max', 'min'])}(${expression(kind, scope, 1)})${filter}`;
  }

  function truth(scope: readonly Visible[], depth: number): string {
    const kind = one<Kind>(['number', 'text']);
    const simple = (): string => `${column(kind, scope)} ${one(['=', '<>', '<', '>='])} ${expression(kind, scope, depth - 1)}`;
    if (depth <= 0) return simple();
    return pick(
      simple,
      simple,
      () => `${column(kind, scope)} is ${one(['', 'not '])}null`,
      () => `(${truth(scope, depth - 1)} ${one(['and', 'or'])} ${truth(scope, depth - 1)})`,
      () => `not ${truth(scope, depth - 1)}`,
      () => `${column('text', scope)} in ('paid', ${column('text', scope)})`,
      () => `${column('number', scope)} between ${column('number', scope)} and ${literal('number')}`,
      () => `${column('text', scope)} is not distinct from ${column('text', scope)}`,
      () => {
        const { from, visible } = fromClause(depth - 2, scope);
        return `${one(['', 'not '])}exists (select 1 from ${from} where ${truth([...visible, ...scope], depth - 1)})`;
      },
      () => {
        const { from, visible } = fromClause(depth - 2, scope);
        const where = random(2) === 0 ? '' : ` where ${truth([...visible, ...scope], depth - 1)}`;
        return `${column(kind, scope)} ${one(['in', 'not in', '= any', '> all'])} (select ${column(kind, visible)} from ${from}${where})`;
      },
    );
  }

  function fromItem(depth: number, outer: readonly Visible[]): { readonly from: string; readonly visible: readonly Visible[] } {
    const alias = fresh('t');
    if (depth <= 0 || random(2) === 0) {
      const table = one(Object.keys(tables));
      return { from: `${table} as ${alias}`, visible: (tables[table] ?? []).map(([name, kind]) => ({ ref: `${alias}.${name}`, kind })) };
    }
    const made = query(depth - 1, outer);
    return { from: `(${made.sql}) as ${alias}`, visible: made.columns.map(({ name, kind }) => ({ ref: `${alias}.${name}`, kind })) };
  }

  /** `outer` is visible in subqueries that are lateral. */
  function fromClause(depth: number, outer: readonly Visible[]): { readonly from: string; readonly visible: readonly Visible[] } {
    let { from, visible } = fromItem(depth, []);
    for (let more = random(3); more > 1; more -= 1) {
      const lateral = random(4) === 0 && depth > 0;
      const right = lateral ? lateralItem(depth, [...visible, ...outer]) : fromItem(depth - 1, []);
      const both = [...visible, ...right.visible];
      const kind = lateral ? one(['join', 'left join']) : one(spelling === 'duckdb' ? [...joins, 'semi join', 'anti join'] : joins);
      const on = lateral && random(2) === 0 ? 'true' : joinCondition(visible, right.visible);
      from = `${from} ${kind} ${right.from} on ${on}`;
      visible = /semi|anti/.test(kind) ? visible : both;
    }
    return { from, visible };
  }

  function lateralItem(depth: number, scope: readonly Visible[]): { readonly from: string; readonly visible: readonly Visible[] } {
    const alias = fresh('l');
    const made = query(depth - 1, scope);
    return {
      from: `lateral (${made.sql}) as ${alias}`,
      visible: made.columns.map(({ name, kind }) => ({ ref: `${alias}.${name}`, kind })),
    };
  }

  function joinCondition(left: readonly Visible[], right: readonly Visible[]): string {
    const kind = one<Kind>(['number', 'number', 'text']);
    const equality = `${column(kind, left)} = ${column(kind, right)}`;
    return pick(
      () => equality,
      () => equality,
      () => `${equality} and ${truth([...left, ...right], 0)}`,
      () => `${equality} and ${truth(right, 0)}`,
      () => `${equality} or ${truth([...left, ...right], 0)}`,
    );
  }

  function select(depth: number, outer: readonly Visible[]): Made {
    const { from, visible } = fromClause(depth, outer);
    const scope = [...visible, ...visible, ...outer];
    const where = random(2) === 0 ? '' : ` where ${truth(scope, depth)}`;
    return pick(
      () => plainSelect(from, where, scope, depth),
      () => plainSelect(from, where, scope, depth),
      () => groupedSelect(from, where, scope, depth),
      () => windowSelect(from, where, scope),
    );
  }

  function plainSelect(from: string, where: string, scope: readonly Visible[], depth: number): Made {
    const columns = many(4, () => ({ name: fresh('c'), kind: one<Kind>(['number', 'text', 'truth']) }));
    const list = columns.map(({ name, kind }) => `${expression(kind, scope, depth)} as ${name}`).join(', ');
    return { sql: `select ${random(5) === 0 ? 'distinct ' : ''}${list} from ${from}${where}`, columns };
  }

  function groupedSelect(from: string, where: string, scope: readonly Visible[], depth: number): Made {
    const keys = many(2, () => ({ name: fresh('g'), kind: one<Kind>(['number', 'text']) }));
    const values = many(2, () => ({ name: fresh('a'), kind: one<Kind>(['number', 'text']) }));
    const shown = keys.map(({ kind }) => (random(3) === 0 ? expression(kind, scope, depth - 1) : column(kind, scope)));
    const list = [
      ...keys.map(({ name }, at) => `${shown[at]} as ${name}`),
      ...values.map(({ name, kind }) => `${aggregate(kind, scope)} as ${name}`),
    ].join(', ');
    const places = keys.map((_, at) => String(at + 1)).join(', ');
    const grouping = random(6) === 0 ? '' : ` group by ${places}`;
    const having = random(3) === 0 ? ` having ${aggregate('number', scope)} > 1` : '';
    if (grouping !== '') return { sql: `select ${list} from ${from}${where}${grouping}${having}`, columns: [...keys, ...values] };
    const aggregates = values.map(({ name, kind }) => `${aggregate(kind, scope)} as ${name}`).join(', ');
    return { sql: `select ${aggregates} from ${from}${where}${having}`, columns: values };
  }

  function windowSelect(from: string, where: string, scope: readonly Visible[]): Made {
    const partition = random(2) === 0 ? '' : `partition by ${column('text', scope)} `;
    const order = `order by ${column('number', scope)}${random(2) === 0 ? ' desc' : ''}`;
    const value = pick(
      () => `rank() over (${partition}${order})`,
      () => `dense_rank() over (${partition}${order})`,
      () => `${aggregate('number', scope)} over (${partition}${order})`,
      () => `max(${column('number', scope)}) over (${partition})`,
    );
    const columns = [
      { name: fresh('c'), kind: 'text' as const },
      { name: fresh('w'), kind: 'number' as const },
    ];
    const [first, second] = columns.map(({ name }) => name);
    const qualify = random(3) === 0 && spelling === 'duckdb' ? ` qualify rank() over (${partition}${order}) <= 2` : '';
    return { sql: `select ${column('text', scope)} as ${first}, ${value} as ${second} from ${from}${where}${qualify}`, columns };
  }

  function query(depth: number, outer: readonly Visible[]): Made {
    if (depth <= 0 || random(4) > 0) return select(depth, outer);
    return pick(
      () => {
        const left = plainUnion(depth, outer);
        const right = plainUnion(depth, outer);
        return {
          sql: `${left.sql} ${one(['union all', 'union', 'except', 'intersect', 'except all'])} ${right.sql}`,
          columns: left.columns,
        };
      },
      () => {
        const cte = fresh('q');
        const inner = query(depth - 1, outer);
        const aliases = [fresh('t'), fresh('t')];
        const [left = [], right = []] = aliases.map((alias) => inner.columns.map(({ name, kind }) => ({ ref: `${alias}.${name}`, kind })));
        const columns = many(3, () => ({ name: fresh('c'), kind: one<Kind>(['number', 'text']) }));
        const list = columns.map(({ name, kind }) => `${expression(kind, [...left, ...right], 1)} as ${name}`).join(', ');
        const hint = one(['', 'materialized ', 'not materialized ']);
        const sql = `with ${cte} as ${hint}(${inner.sql}) select ${list} from ${cte} as ${aliases[0]} left join ${cte} as ${aliases[1]} on ${joinCondition(left, right)}`;
        return { sql, columns };
      },
      () => {
        const inner = select(depth, outer);
        const places = spelling === 'duckdb' ? 'all' : inner.columns.map((_, at) => String(at + 1)).join(', ');
        return { sql: `${inner.sql} order by ${places} limit ${1 + random(3)}`, columns: inner.columns };
      },
    );
  }

  /** Two columns of fixed kinds, so that two of these fit together. */
  function plainUnion(depth: number, outer: readonly Visible[]): Made {
    const { from, visible } = fromClause(depth - 1, outer);
    const columns = [
      { name: fresh('c'), kind: 'number' as const },
      { name: fresh('c'), kind: 'text' as const },
    ];
    const [first, second] = columns.map(({ name, kind }) => `${expression(kind, visible, 1)} as ${name}`);
    return { sql: `select ${first}, ${second} from ${from} where ${truth(visible, 1)}`, columns };
  }

  return { query };
}
