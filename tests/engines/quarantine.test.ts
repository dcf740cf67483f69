/** Random rules over random rows with NULLs divide them exactly, as an oracle does that looks at one row after the other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import type { CheckArguments } from '../../src/checks/check-definition.ts';
import { findCheck } from '../../src/checks/vocabulary.ts';
import type { KeepRule } from '../../src/compile/compiled.ts';
import { anyViolation } from '../../src/compile/thresholds.ts';
import { setAside } from '../../src/execute/set-aside.ts';
import type { Action, PlannedCheck, QuarantineRule } from '../../src/plan/action.ts';
import type { BuildStep } from '../../src/plan/plan.ts';
import type { SqlEngine } from './sql-engines.ts';
import { useEngines } from './sql-engines.ts';

type Row = readonly [id: number, k: number | null, a: number | null, b: number | null];
/** True, false, or NULL for nobody knows. */
type Truth = boolean | null;

interface Condition {
  readonly sql: string;
  readonly of: (row: Row) => Truth;
}

const columns = ['id', 'k', 'a', 'b'] as const;
const not = (truth: Truth): Truth => (truth === null ? null : !truth);
const and = (left: Truth, right: Truth): Truth =>
  left === false || right === false ? false : left === null || right === null ? null : true;
const or = (left: Truth, right: Truth): Truth => not(and(not(left), not(right)));

const compared: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
};

const operand = fc.oneof(
  fc.constantFrom(1, 2, 3).map((at) => ({ sql: columns[at] ?? '', of: (row: Row) => row[at] ?? null })),
  fc.integer({ min: 0, max: 3 }).map((value) => ({ sql: String(value), of: () => value })),
  fc.constant({ sql: 'null', of: () => null }),
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(operand, fc.constantFrom(...Object.keys(compared)), operand).map(([left, sign, right]): Condition => ({
      sql: `cast(${left.sql} as integer) ${sign} cast(${right.sql} as integer)`,
      of: (row) => {
        const [one, other] = [left.of(row), right.of(row)];
        return one === null || other === null ? null : (compared[sign]?.(one, other) ?? null);
      },
    })),
    operand.map(({ sql, of }): Condition => ({ sql: `${sql} is null`, of: (row) => of(row) === null })),
    tie('condition').map((inner): Condition => ({ sql: `not (${inner.sql})`, of: (row) => not(inner.of(row)) })),
    fc.tuple(tie('condition'), fc.boolean(), tie('condition')).map(([left, both, right]): Condition => ({
      sql: `(${left.sql}) ${both ? 'and' : 'or'} (${right.sql}) -- said\n`,
      of: (row) => (both ? and : or)(left.of(row), right.of(row)),
    })),
  ),
}));

/** A rule, and the rows that it refuses among all. */
interface Rule {
  readonly check: string;
  readonly column?: 'k' | 'a' | 'b';
  readonly args: CheckArguments;
  readonly where?: Condition | undefined;
  readonly onNull?: 'pass' | 'fail';
  readonly keep?: KeepRule;
  /** `standing` are rows of the table that stay. */
  readonly refuses: (row: Row, rows: readonly Row[], isBad: (row: Row) => boolean, standing: readonly Row[]) => boolean;
}

const at = { k: 1, a: 2, b: 3 } as const;
const parents = [0, 1];
const where = fc.option(condition, { nil: undefined });
const counts = ({ where: given }: Pick<Rule, 'where'>, row: Row): boolean => given === undefined || given.of(row) === true;
const valueOf = (row: Row, column: 'k' | 'a' | 'b'): number | null => row[at[column]];

const single: fc.Arbitrary<Rule> = fc
  .tuple(
    where,
    fc.constantFrom('pass', 'fail'),
    fc.constantFrom('k', 'a', 'b'),
    fc.oneof(
      condition.map((holds) => ({
        check: 'expression_is_true',
        args: { expression: holds.sql },
        violates: (row: Row) => not(holds.of(row)),
      })),
      fc
        .constantFrom('not_null', 'in_range', 'accepted_values', 'relationships')
        .map((check) => ({ check, args: undefined, violates: undefined })),
    ),
  )
  .map(([given, onNull, column, what]): Rule => {
    const decide = (violates: (row: Row) => Truth) => (row: Row) =>
      counts({ where: given }, row) && (onNull === 'fail' ? violates(row) !== false : violates(row) === true);
    const base = { where: given, onNull } as const;
    const unless = (fits: (value: number) => boolean) => (row: Row) => {
      const value = valueOf(row, column);
      return value === null ? null : !fits(value);
    };
    if (what.violates !== undefined) return { ...base, check: what.check, args: what.args, refuses: decide(what.violates) };
    const own = { ...base, check: what.check, column } as const;
    if (what.check === 'in_range') return { ...own, args: { max: 1 }, refuses: decide(unless((value) => value <= 1)) };
    if (what.check === 'accepted_values')
      return { ...own, args: { values: [0, 2] }, refuses: decide(unless((value) => value === 0 || value === 2)) };
    if (what.check === 'relationships')
      return { ...own, args: { to: 's.parents', field: 'id' }, refuses: decide(unless((value) => parents.includes(value))) };
    return { ...own, args: {}, refuses: decide((row) => valueOf(row, column) === null) };
  });

const several: fc.Arbitrary<Rule> = fc
  .tuple(where, fc.constantFrom(undefined, 'first', 'last'), fc.boolean())
  .map(([given, which, isPair]): Rule => {
    const keep = which === undefined ? undefined : ({ which, column: 'id' } as const);
    const key = (row: Row): string => JSON.stringify(isPair ? [row[1], row[2]] : [row[1]]);
    const counted = (row: Row): boolean => counts({ where: given }, row) && (isPair || row[1] !== null);
    return {
      ...(isPair ? { check: 'unique_combination', args: { columns: ['k', 'a'] } } : { check: 'unique', column: 'k' as const, args: {} }),
      where: given,
      ...(keep === undefined ? {} : { keep }),
      refuses: (row, rows, isBad, standing) => {
        if (!counted(row)) return false;
        if (standing.some((other) => counted(other) && key(other) === key(row))) return true;
        const same = rows.filter((other) => counted(other) && key(other) === key(row));
        if (which === undefined) return same.length > 1;
        const best = [...same].sort((x, y) => Number(isBad(x)) - Number(isBad(y)) || (which === 'first' ? x[0] - y[0] : y[0] - x[0]));
        return best[0] !== row;
      },
    };
  });

const small = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 4 });
const rowsFrom = (minLength: number): fc.Arbitrary<readonly Row[]> =>
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), small, small, small), { selector: ([id]) => id, minLength, maxLength: 12 });
const staged = rowsFrom(0);

function planned({ dialect }: SqlEngine, rule: Rule, index: number): PlannedCheck {
  const definition = findCheck(rule.check);
  if (definition === undefined) throw new Error(rule.check);
  const column = rule.column === undefined ? undefined : dialect.quoteIdentifier(rule.column);
  const target = { dialect, column, columnName: rule.column, now: '2024-01-01T00:00:00Z', declared: [], exposed: [] };
  // The ids are branded for the compiler alone.
  const id = `test.shop.t${index}` as PlannedCheck['id'];
  return {
    id,
    name: `t${index}`,
    check: rule.check,
    args: rule.args,
    shape: definition.shape(rule.args, target),
    relationName: 'm',
    span: { path: 'm.yaml', start: 0, end: 0 },
    severity: 'warn',
    unit: definition.counts,
    warnIf: anyViolation,
    errorIf: anyViolation,
    maskedColumns: [],
    leadingColumns: [],
    ...(rule.where === undefined ? {} : { where: rule.where.sql }),
    ...(rule.onNull === undefined ? {} : { onNull: rule.onNull }),
  };
}

type Quarantine = Extract<Action, { kind: 'quarantine' }>;
const table = { schema: 's', name: 'm__quarantine' };
const step: Pick<BuildStep, 'node' | 'name' | 'path' | 'relation'> = {
  node: 'model.shop.m' as BuildStep['node'],
  name: 'm',
  path: 'm.sql',
  relation: { schema: 's', name: 'm' },
};

interface Run {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly rules: readonly Rule[];
  readonly isWhole: boolean;
  readonly among?: Quarantine['among'];
}

async function divide(
  engine: SqlEngine,
  connection: Connection,
  { id, rows, rules, isWhole, among }: Run,
): Promise<readonly (readonly Cell[])[]> {
  const { adapter, dialect } = engine;
  const stage = { schema: dialect.temporarySchema, name: 'stage' };
  await connection.run(
    { sql: 'drop table if exists stage' },
    { sql: 'create temp table stage (id integer, k integer, a integer, b integer)' },
  );
  if (rows.length > 0)
    await connection.run({ sql: `insert into stage values ${rows.map((row) => `(${row.map(String).join(', ')})`).join(', ')}` });
  const relations = await adapter.catalog.relations(connection, ['s']);
  const standing = relations.find(({ relation }) => relation.name === table.name)?.columns;
  const checks = rules.map((rule, index) => planned(engine, rule, index));
  const action: Quarantine = {
    kind: 'quarantine',
    stage,
    table,
    ...(standing === undefined ? {} : { standing }),
    audit: { kind: 'audit', relation: `${dialect.relation(stage)} as "m"`, relationKind: 'table', checks, queries: [] },
    rules: checks.map((check, index): QuarantineRule => {
      const keep = rules[index]?.keep;
      return { test: check.id, ...(keep === undefined ? {} : { keep }) };
    }),
    fingerprint: 'f',
    isWhole,
    key: isWhole ? [] : ['id'],
    limits: {},
    ...(among === undefined ? {} : { among }),
  };
  await connection.begin();
  const context = { ports: { adapter }, connection, apart: false, plan: { run: { id, startedAt: '2024-01-01T00:00:00.000Z' } } };
  await setAside(context, step, action);
  await connection.commit();
  return (await connection.query({ sql: 'select id, k, a, b from stage order by id' })).rows;
}

interface Held {
  readonly row: Row;
  readonly tests: readonly string[];
}

/** Looks at one row after the other. */
function oracle(
  rows: readonly Row[],
  rules: readonly Rule[],
  standing: readonly Row[] = [],
): { readonly good: readonly Row[]; readonly held: readonly Held[] } {
  const isBad = (row: Row): boolean =>
    rules.some(({ check, refuses }) => !check.startsWith('unique') && refuses(row, rows, () => false, standing));
  const judged = [...rows]
    .sort(([x], [y]) => x - y)
    .map((row) => ({ row, tests: rules.flatMap(({ refuses }, index) => (refuses(row, rows, isBad, standing) ? [`t${index}`] : [])) }));
  return {
    good: judged.filter(({ tests }) => tests.length === 0).map(({ row }) => row),
    held: judged.filter(({ tests }) => tests.length > 0),
  };
}

async function readHeld(engine: SqlEngine, connection: Connection): Promise<readonly Held[]> {
  const relations = await engine.catalog.relations(connection, ['s']);
  if (!relations.some(({ relation }) => relation.name === table.name)) return [];
  const { rows } = await connection.query({ sql: 'select id, k, a, b, _tx_reasons from s.m__quarantine order by id' });
  return rows.map(([id, k, a, b, reasons]) => ({
    row: [id, k, a, b] as unknown as Row,
    tests: (JSON.parse(String(reasons)) as readonly { readonly test: string }[]).map(({ test }) => test),
  }));
}

describe('a quarantine', () => {
  describe.each(useEngines())('on $name', (engine) => {
    it('divides rows as an oracle does, and holds what failed last', { timeout: 240_000 }, async () => {
      const connection = await engine.connect();
      const rules = fc.array(fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: several }), { minLength: 1, maxLength: 4 });
      let divided = 0;
      await fc.assert(
        fc.asyncProperty(staged, staged, rules, fc.boolean(), async (first, second, given, isWhole) => {
          await connection.run(
            { sql: 'drop schema if exists s cascade' },
            { sql: 'create schema s' },
            { sql: `create table s.parents as select * from (values ${parents.map((id) => `(${id})`).join(', ')}) as t(id)` },
          );
          const one = oracle(first, given);
          const run = { rules: given, isWhole } as const;
          expect(await divide(engine, connection, { ...run, id: '1', rows: first })).toEqual(one.good);
          expect(await readHeld(engine, connection)).toEqual(one.held);
          // The same input again changes nothing.
          expect(await divide(engine, connection, { ...run, id: '2', rows: first })).toEqual(one.good);
          expect(await readHeld(engine, connection)).toEqual(one.held);
          const two = oracle(second, given);
          expect(await divide(engine, connection, { ...run, id: '3', rows: second })).toEqual(two.good);
          const replaced = new Set(second.map(([id]) => id));
          const kept = isWhole ? [] : one.held.filter(({ row }) => !replaced.has(row[0]));
          expect(await readHeld(engine, connection)).toEqual([...kept, ...two.held].sort((x, y) => x.row[0] - y.row[0]));
          divided += [one, two].filter(({ held, good }) => held.length > 0 && good.length > 0).length;
        }),
        { numRuns: 25 },
      );
      expect(divided).toBeGreaterThan(5);
    });

    it('lets no key in that stands in a row which an increment leaves as it is', { timeout: 240_000 }, async () => {
      const connection = await engine.connect();
      const rules = fc.tuple(several, fc.array(fc.oneof(single, several), { maxLength: 2 })).map(([first, others]) => [first, ...others]);
      let clashed = 0;
      await fc.assert(
        fc.asyncProperty(rowsFrom(3), rowsFrom(3), rules, fc.boolean(), async (standing, rows, given, replaces) => {
          const values = standing.map((row) => `(${row.map(String).join(', ')})`).join(', ');
          await connection.run(
            { sql: 'drop schema if exists s cascade' },
            { sql: 'create schema s' },
            { sql: `create table s.parents as select * from (values ${parents.map((id) => `(${id})`).join(', ')}) as t(id)` },
            // Columns in another order, and one of them of another type.
            { sql: 'create table s.m (b integer, a bigint, k integer, id integer)' },
            ...(standing.length === 0 ? [] : [{ sql: `insert into s.m (id, k, a, b) values ${values}` }]),
          );
          const among = { relation: { schema: 's', name: 'm' }, key: replaces ? ['id'] : [] };
          const ids = new Set(rows.map(([id]) => id));
          const stays = replaces ? standing.filter(([id]) => !ids.has(id)) : standing;
          const expected = oracle(rows, given, stays);
          expect(await divide(engine, connection, { id: '1', rows, rules: given, isWhole: false, among })).toEqual(expected.good);
          expect(await readHeld(engine, connection)).toEqual(expected.held);
          if (JSON.stringify(expected.held) !== JSON.stringify(oracle(rows, given).held)) clashed += 1;
        }),
        { numRuns: 25 },
      );
      expect(clashed).toBeGreaterThan(2);
    });
  });
});
