/** Carries out one unit test: makes its relations, runs the query, compares, and undoes everything. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FixtureColumn, FixtureRow } from '../parse/unit-test-definition.ts';
import type { PlannedFixture, PlannedUnitTest } from '../plan/unit-test.ts';
import { expectKey, inputKey, shownCell } from '../plan/unit-test.ts';
import type { StepContext } from './attempt.ts';
import { cellQuery, fixtureQuery, lossOf } from './fixture-sql.ts';
import type { TypedRows } from './fixture-sql.ts';
import { beginWith, queryRows, runOperation } from './perform.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';
import { pairRows } from './unit-diff.ts';
import type { UnitDiff } from './unit-diff.ts';

/** Most rows of either side that are read when they differ. */
const readLimit = 200;

/** Undefined where the query gives just what is expected. Rejects with a StatementFailure or StepFailure. */
export async function runUnitTest(context: StepContext, test: PlannedUnitTest): Promise<UnitDiff | undefined> {
  const { connection } = context;
  const attempt = new UnitAttempt(context, test);
  try {
    await beginWith(connection, { label: `tx:${test.id}` });
    return await attempt.run();
  } catch (cause) {
    await connection.rollback();
    const problems = cause instanceof StatementFailure ? await attempt.findBadCells() : [];
    throw problems.length > 0 ? new StepFailure(problems, test.id) : cause;
  } finally {
    await connection.rollback();
  }
}

class UnitAttempt {
  readonly #context: StepContext;
  readonly #test: PlannedUnitTest;
  /** The rows that are being written: where that fails, one of their values does not fit. */
  #writing: TypedRows | undefined;
  #raws = 0;

  constructor(context: StepContext, test: PlannedUnitTest) {
    this.#context = context;
    this.#test = test;
  }

  get #connection(): Connection {
    return this.#context.connection;
  }

  async run(): Promise<UnitDiff | undefined> {
    const { inputs, query, actual } = this.#test;
    for (const input of inputs) await this.#makeInput(input);
    await this.#stage(actual, query);
    const columns = await this.#columnsOf(actual);
    const compared = await this.#makeExpected(columns);
    return this.#compare(compared);
  }

  async #makeInput({ called, relation, columns, content }: PlannedFixture): Promise<void> {
    if (content.kind === 'rows') return this.#write(relation, { columns, rows: content.rows }, inputKey(this.#test, called));
    const raw = this.#rawRelation();
    await this.#stage(raw, content.query);
    const found = await this.#columnsOf(raw);
    const { foldIdentifier: fold } = this.#context.ports.adapter.dialect;
    const known = new Map(columns.map((column) => [fold(column.name), column]));
    const extra = found.filter(({ name }) => !known.has(fold(name)));
    const [stray] = extra;
    if (content.isWhole && stray !== undefined) throw this.#unknownColumn(called, stray.name, columns);
    const given = new Map(found.map((column) => [fold(column.name), column]));
    await this.#select(relation, raw, { columns: [...columns, ...extra], given, key: content.query.node });
  }

  /** Casts the columns of one temporary relation to those of another. */
  async #select(relation: Relation, raw: Relation, { columns, given, key }: Selected): Promise<void> {
    const { dialect } = this.#context.ports.adapter;
    const list = columns.map(({ name, type }) => {
      const source = given.get(dialect.foldIdentifier(name));
      return `cast(${source === undefined ? 'null' : dialect.quoteIdentifier(source.name)} as ${type}) as ${dialect.quoteIdentifier(name)}`;
    });
    await this.#stage(relation, { node: key, sql: `select ${list.join(', ')} from ${dialect.relation(raw)}` });
  }

  async #write(relation: Relation, rows: TypedRows, key: string): Promise<void> {
    refuseLosses(rows, this.#test);
    this.#writing = rows;
    await this.#stage(relation, { node: key, sql: fixtureQuery(rows, this.#context.ports.adapter.dialect) });
    this.#writing = undefined;
  }

  /** Makes what is expected, with the types that the query gives; gives the columns to compare. */
  async #makeExpected(actual: readonly Column[]): Promise<readonly Column[]> {
    const { expect, expected } = this.#test;
    if (expect.kind === 'rows') {
      const columns = expect.columns.length === 0 ? actual : this.#matchColumns(expect.columns, actual);
      await this.#write(expected, { columns, rows: expect.rows.map((row) => padded(row, columns.length)) }, expectKey(this.#test));
      return columns;
    }
    const raw = this.#rawRelation();
    await this.#stage(raw, { node: expectKey(this.#test), sql: expect.sql });
    const found = await this.#columnsOf(raw);
    const columns = this.#matchColumns(
      found.map(({ name }) => ({ name, span: expect.span })),
      actual,
    );
    const { foldIdentifier: fold } = this.#context.ports.adapter.dialect;
    const given = new Map(found.map((column) => [fold(column.name), column]));
    await this.#select(expected, raw, { columns, given, key: expectKey(this.#test) });
    return columns;
  }

  #matchColumns(wanted: readonly FixtureColumn[], actual: readonly Column[]): readonly Column[] {
    const { foldIdentifier: fold } = this.#context.ports.adapter.dialect;
    const { modelName: relation, id: node } = this.#test;
    const known = new Map(actual.map((column) => [fold(column.name), column]));
    const problems: Diagnostic[] = [];
    const columns = wanted.flatMap(({ name, span }) => {
      const found = known.get(fold(name));
      if (found !== undefined) return [found];
      const names = actual.map((column) => column.name);
      problems.push(diagnose('unit-test-column', { relation, column: name, columns: names }, { span, node }));
      return [];
    });
    if (problems.length > 0) throw new StepFailure(problems, this.#test.id);
    return columns;
  }

  async #compare(columns: readonly Column[]): Promise<UnitDiff | undefined> {
    const { actual, expected, key } = this.#test;
    const { dialect } = this.#context.ports.adapter;
    const list = columns.map(({ name, type }) => {
      const column = dialect.quoteIdentifier(name);
      return `${dialect.json.comparable(column, type)} as ${column}`;
    });
    const rowsOf = (relation: Relation): string => `select ${list.join(', ')} from ${dialect.relation(relation)}`;
    const only = (one: Relation, other: Relation): string => `(${rowsOf(one)}) except all (${rowsOf(other)})`;
    const count = (sql: string): string => `(select count(*) from (${sql}) as counted)`;
    const [missing, unexpected] = [only(expected, actual), only(actual, expected)];
    const { rows } = await queryRows(this.#connection, { sql: `select ${count(missing)} as missing, ${count(unexpected)} as unexpected` });
    const [missingCount = 0, unexpectedCount = 0] = (rows[0] ?? []).map(Number);
    if (missingCount + unexpectedCount === 0) return undefined;
    const order = ` order by ${columns.map((_, at) => at + 1).join(', ')}`;
    const read = async (sql: string): Promise<UnitDiffRows> => (await queryRows(this.#connection, { sql: sql + order }, readLimit)).rows;
    const fold = dialect.foldIdentifier;
    const names = columns.map(({ name }) => fold(name));
    const positions = key.map((name) => names.indexOf(fold(name)));
    return pairRows({
      columns: columns.map(({ name }) => name),
      key: positions.includes(-1) ? [] : positions,
      missing: await read(missing),
      unexpected: await read(unexpected),
      missingCount,
      unexpectedCount,
    });
  }

  async #stage(stage: Relation, query: Query): Promise<void> {
    await runOperation(this.#context.ports.adapter, this.#connection, { kind: 'stage-query', stage, temporary: true, query });
  }

  /** For the rows of a query before they are cast. */
  #rawRelation(): Relation {
    const { schema, name } = this.#test.actual;
    this.#raws += 1;
    return { schema, name: `${name}_raw_${this.#raws}` };
  }

  #columnsOf(relation: Relation): Promise<readonly Column[]> {
    return this.#context.ports.adapter.catalog.columns(this.#connection, relation, true);
  }

  #unknownColumn(relation: string, column: string, columns: readonly Column[]): StepFailure {
    const { id: node, span } = this.#test;
    const names = columns.map(({ name }) => name);
    const place = this.#test.inputs.find(({ called }) => called === relation)?.span ?? span;
    return new StepFailure([diagnose('unit-test-column', { relation, column, columns: names }, { span: place, node })], node);
  }

  /** Casts each value by itself, outside of any transaction, and names those that cannot be cast. */
  async findBadCells(): Promise<readonly Diagnostic[]> {
    const rows = this.#writing;
    if (rows === undefined) return [];
    const { dialect } = this.#context.ports.adapter;
    const problems: Diagnostic[] = [];
    for (const { cells } of rows.rows) {
      for (const [at, column] of rows.columns.entries()) {
        const cell = cells[at] ?? null;
        if (cell === null || cell.text === null) continue;
        try {
          await this.#connection.query({ sql: cellQuery(cell, column, dialect) }, 1);
        } catch (cause) {
          if (!(cause instanceof EngineError)) throw cause;
          if (cause.details.retry !== 'never' || cause.details.kind === 'cancelled') return [];
          const params = {
            column: column.name,
            type: column.type,
            value: shownCell(cell),
            reason: `the database says: ${cause.details.message}`,
          };
          problems.push(diagnose('unit-test-value', params, { span: cell.span, node: this.#test.id }));
        }
      }
    }
    return problems;
  }
}

interface Selected {
  readonly columns: readonly Column[];
  /** Columns of the relation that is read, by folded name. */
  readonly given: ReadonlyMap<string, Column>;
  /** What is blamed for an error. */
  readonly key: string;
}

type UnitDiffRows = Awaited<ReturnType<typeof queryRows>>['rows'];

/** A row without any columns has one NULL for each. */
function padded(row: FixtureRow, columns: number): FixtureRow {
  return row.cells.length === columns ? row : { ...row, cells: Array.from({ length: columns }, (_, at) => row.cells[at] ?? null) };
}

/** A database rounds what does not fit; then a test would compare with something that nobody wrote. */
function refuseLosses({ columns, rows }: TypedRows, { id }: PlannedUnitTest): void {
  const problems = rows.flatMap(({ cells }) =>
    columns.flatMap((column, at) => {
      const cell = cells[at] ?? null;
      const reason = cell === null ? undefined : lossOf(cell, column.type);
      if (cell === null || reason === undefined) return [];
      const params = { column: column.name, type: column.type, value: shownCell(cell), reason };
      return [diagnose('unit-test-value', params, { span: cell.span, node: id })];
    }),
  );
  if (problems.length > 0) throw new StepFailure(problems, id);
}
