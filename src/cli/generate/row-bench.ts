/** Temporary relations in which rows of a unit test are tried out: any of them can be left out, and the query asked what follows. */
import type { Adapter } from '../../adapter/adapter.ts';
import type { Connection } from '../../adapter/connection.ts';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Column, Relation } from '../../adapter/relation.ts';
import { embed } from '../../adapter/statement.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import { scopesOf } from '../../generate/unit-test/scope.ts';
import { shrinkRows } from '../../generate/unit-test/shrink.ts';
import type { Probe } from '../../generate/unit-test/probe.ts';
import { probeSql } from '../../generate/unit-test/probe.ts';
import { isSign, nameOf } from '../../parse/code-tokens.ts';
import { readShape } from './unit-test-drafts.ts';
import type { Asking, SampledInput, TextRow } from './sampled-rows.ts';
import { asText, numberedRows, rowNumber, textRows, tryQuery } from './sampled-rows.ts';

/** A row by its input and its place there. */
export interface RowPlace {
  readonly input: number;
  readonly row: number;
}

export interface QueryResult {
  readonly columns: readonly Column[];
  readonly rows: readonly TextRow[];
}

/** The query of the model fails over these rows. */
export class QueryFailure extends Error {
  readonly details: EngineErrorDetails;
  readonly statement: Statement;

  constructor(details: EngineErrorDetails, statement: Statement) {
    super(details.message);
    this.details = details;
    this.statement = statement;
  }
}

/** Questions about subsets of rows; each takes some milliseconds. */
const mostQuestions = 300;
/** Most of them that one statement asks: the first that has no answer ends it. */
const askedTogether = 4;
/** Rows of one input that are left out in turn. */
const mostLeftOut = 6;

/** A probe in SQL that the database understands. */
export interface BoundProbe {
  readonly label: string;
  readonly questions: readonly string[];
}

export class RowBench {
  readonly #asking: Asking;
  readonly #adapter: Pick<Adapter, 'catalog'>;
  readonly #inputs: readonly SampledInput[];
  /** Columns of each input that are there; the others are not needed. */
  readonly #used: (readonly Column[])[];
  readonly #rows: (readonly TextRow[])[];

  constructor(connection: Connection, adapter: Pick<Adapter, 'catalog' | 'dialect'>, inputs: readonly SampledInput[]) {
    this.#asking = { connection, dialect: adapter.dialect };
    this.#adapter = adapter;
    this.#inputs = inputs;
    this.#used = inputs.map(({ columns }) => columns);
    this.#rows = inputs.map(() => []);
  }

  get used(): readonly (readonly Column[])[] {
    return this.#used;
  }

  async open(rows: readonly (readonly TextRow[])[]): Promise<void> {
    const integer = this.#asking.dialect.typeName('integer');
    await this.#run(`create temporary table ${this.#quote(keptName)} (tx_i ${integer}, tx_r ${integer})`);
    for (const [at, some] of rows.entries()) await this.put(at, some);
  }

  /** Puts rows into an input, in the place of those that it has. */
  async put(at: number, rows: readonly TextRow[]): Promise<void> {
    const { dialect } = this.#asking;
    await this.#dropView(at);
    await this.#run(`drop table if exists ${dialect.relation(this.#own(at))}`);
    const columns = this.#inputs[at]?.columns ?? [];
    await this.#run(`create temporary table ${this.#quote(rowsName(at))} as ${numberedRows(columns, rows, dialect)}`);
    this.#rows[at] = rows;
    await this.#makeView(at);
    await this.keep(this.places());
  }

  places(): readonly RowPlace[] {
    return this.#rows.flatMap((rows, input) => rows.map((_, row): RowPlace => ({ input, row })));
  }

  async keep(places: readonly RowPlace[]): Promise<void> {
    const kept = this.#asking.dialect.relation(this.#temporary(keptName));
    const values = places.map(({ input, row }) => `(${input}, ${row})`).join(', ');
    await this.#run(`delete from ${kept}`);
    if (places.length > 0) await this.#run(`insert into ${kept} values ${values}`);
  }

  /** Leaves out the columns without which the query says the same; none where it cannot be asked. */
  async narrow(sql: string): Promise<void> {
    const shape = await this.#shape(sql);
    if (shape === undefined) return;
    for (const [at, columns] of this.#used.entries()) {
      const named = columns.filter(({ name }) => isNamed(sql, name));
      if (named.length === 0 || named.length === columns.length) continue;
      await this.#use(at, named);
      if ((await this.#shape(sql)) !== shape) await this.#use(at, columns);
    }
    for (const [at, columns] of [...this.#used].entries()) {
      for (const column of columns) {
        const before = this.#used[at] ?? [];
        if (before.length === 1) break;
        await this.#use(
          at,
          before.filter((other) => other !== column),
        );
        if ((await this.#shape(sql)) !== shape || this.#isElsewhere(at, column, sql)) await this.#use(at, before);
      }
    }
  }

  /** In a query inside of another a bare name that is gone means a column of the one around it: that is understood, and is another query. */
  #isElsewhere(at: number, { name }: Column, sql: string): boolean {
    const isSame = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
    return this.#used.some((columns, other) => other !== at && columns.some((column) => isSame(column.name))) && isNamedBare(sql, isSame);
  }

  async #use(at: number, columns: readonly Column[]): Promise<void> {
    this.#used[at] = columns;
    await this.#dropView(at);
    await this.#makeView(at);
  }

  async #shape(sql: string): Promise<string | undefined> {
    const found = await tryQuery(this.#asking, `select * from (${sql}\n) as tx_query limit 0`, 0);
    return found && JSON.stringify(found.columns);
  }

  /** The probes as questions that the database understands, each in as many spellings as it does. */
  async bind(probes: readonly Probe[]): Promise<readonly BoundProbe[]> {
    const bound: BoundProbe[] = [];
    for (const { label, forms } of probes) {
      const questions: string[] = [];
      for (const sql of forms.map(probeSql)) if ((await tryQuery(this.#asking, `${sql} limit 0`, 0)) !== undefined) questions.push(sql);
      if (questions.length > 0) bound.push({ label, questions });
    }
    return bound;
  }

  /** Which of the questions the rows that are kept answer. */
  async answered(questions: readonly string[]): Promise<readonly boolean[]> {
    if (questions.length === 0) return [];
    const list = (some: readonly string[]): string => some.map((sql, at) => `exists (${sql}) as tx_${at}`).join(', ');
    const together = await tryQuery(this.#asking, `select ${list(questions)}`, 1);
    if (together !== undefined) return (together.rows[0] ?? []).map((cell) => cell === true);
    // A value somewhere makes one of them fail.
    const answers: boolean[] = [];
    for (const sql of questions) answers.push((await tryQuery(this.#asking, `select ${list([sql])}`, 1))?.rows[0]?.[0] === true);
    return answers;
  }

  /** For each probe the question that is answered now; undefined where none is. */
  async held(probes: readonly BoundProbe[]): Promise<readonly (string | undefined)[]> {
    const answers = await this.answered(probes.flatMap(({ questions }) => questions));
    let at = 0;
    return probes.map(({ questions }) => {
      const own = questions.find((_, index) => answers[at + index] === true);
      at += questions.length;
      return own;
    });
  }

  /** Few rows for which all of these questions still have an answer. */
  async shrink(questions: readonly string[], places: readonly RowPlace[]): Promise<readonly RowPlace[]> {
    // What needed a row once needs it again: one question is asked faster than all.
    const needs = new Map<RowPlace, string>();
    const holds = async (some: readonly RowPlace[], gone: readonly RowPlace[]): Promise<boolean> => {
      await this.keep(some);
      for (const question of new Set(gone.flatMap((place) => needs.get(place) ?? [])))
        if ((await this.answered([question]))[0] !== true) return false;
      for (let at = 0; at < questions.length; at += askedTogether) {
        const some = questions.slice(at, at + askedTogether);
        const answers = await this.answered(some);
        const unanswered = some.find((_, index) => answers[index] !== true);
        if (unanswered === undefined) continue;
        for (const place of gone) needs.set(place, unanswered);
        return false;
      }
      return true;
    };
    const kept = await shrinkRows(places, holds, mostQuestions);
    await this.keep(kept);
    return kept;
  }

  /**
   * The rows without single ones by whose absence a further branch is taken, and none is lost: real data seldom has rows without
   * their partners.
   */
  async leaveOut(probes: readonly BoundProbe[], places: readonly RowPlace[]): Promise<readonly RowPlace[]> {
    let kept = places;
    await this.keep(kept);
    let held = await this.held(probes);
    for (const [input] of this.#inputs.entries()) {
      for (const place of places.filter((one) => one.input === input).slice(0, mostLeftOut)) {
        if (!held.includes(undefined)) return kept;
        const rest = kept.filter((one) => one !== place);
        await this.keep(rest);
        // Most rows change nothing for what has no answer yet, and need no look at the others.
        const open = probes.filter((_, at) => held[at] === undefined);
        if (!(await this.held(open)).some(Boolean)) continue;
        const now = await this.held(probes);
        const isBetter = now.every((question, at) => question !== undefined || held[at] === undefined);
        if (!isBetter) continue;
        kept = rest;
        held = now;
      }
    }
    await this.keep(kept);
    return kept;
  }

  /** What the query gives for the rows that are kept. Rejects where it fails. */
  async result(query: Query): Promise<QueryResult> {
    const { connection, dialect } = this.#asking;
    const place = this.#temporary(resultName);
    await this.#run(`drop table if exists ${dialect.relation(place)}`);
    const statement = embed(`create temporary table ${this.#quote(resultName)} as\n`, query);
    try {
      await connection.run(statement);
    } catch (cause) {
      throw isOfQuery(cause) ? new QueryFailure(cause.details, statement) : cause;
    }
    const columns = await this.#adapter.catalog.columns(connection, place, true);
    const list = columns.map(({ name }, at) => `${asText(dialect.quoteIdentifier(name), dialect)} as tx_${at}`).join(', ');
    const order = columns.map((_, at) => at + 1).join(', ');
    const rows = textRows(await connection.query({ sql: `select ${list} from ${dialect.relation(place)} order by ${order}` }));
    return { columns, rows };
  }

  /** Whether values, written as text and read again, are what the query gave last. */
  async isSame(columns: readonly Column[], rows: readonly TextRow[]): Promise<boolean> {
    const { dialect } = this.#asking;
    const list = columns
      .map(({ name, type }) => `${dialect.json.comparable(dialect.quoteIdentifier(name), type)} as ${dialect.quoteIdentifier(name)}`)
      .join(', ');
    const there = `select ${list} from ${dialect.relation(this.#temporary(resultName))}`;
    const written = `select ${list} from (${numberedRows(columns, rows, dialect)}) as tx_written`;
    const differ = `exists ((${there}) except all (${written})) or exists ((${written}) except all (${there}))`;
    return (await tryQuery(this.#asking, `select ${differ} as tx_differ`, 1))?.rows[0]?.[0] === false;
  }

  #own(at: number): Relation {
    return this.#temporary(rowsName(at));
  }

  #temporary(name: string): Relation {
    return { schema: this.#asking.dialect.temporarySchema, name };
  }

  #quote(name: string): string {
    return this.#asking.dialect.quoteIdentifier(name);
  }

  async #makeView(at: number): Promise<void> {
    const { dialect } = this.#asking;
    const { name = '' } = this.#inputs[at]?.relation ?? {};
    const list = (this.#used[at] ?? []).map((column) => this.#quote(column.name)).join(', ');
    const kept = `select tx_r from ${dialect.relation(this.#temporary(keptName))} where tx_i = ${at}`;
    await this.#run(
      `create temporary view ${this.#quote(name)} as select ${list} from ${dialect.relation(this.#own(at))} where ${this.#quote(rowNumber)} in (${kept})`,
    );
  }

  async #dropView(at: number): Promise<void> {
    const { relation } = this.#inputs[at] ?? {};
    if (relation !== undefined) await this.#run(`drop view if exists ${this.#asking.dialect.relation(relation)}`);
  }

  async #run(sql: string): Promise<void> {
    await this.#asking.connection.run({ sql });
  }
}

const keptName = '_tx_kept';
const resultName = '_tx_result';

/** Whether a name stands in a query inside of another without saying of what it is. */
function isNamedBare(sql: string, isWanted: (name: string) => boolean): boolean {
  const text = readShape(sql);
  if (text === undefined) return true;
  const { tokens } = text;
  return scopesOf(text).some(
    ({ select: { range }, outer }) =>
      outer.length > 0 &&
      tokens.list
        .slice(range.from, range.to)
        .some((token, index) => isWanted(nameOf(token) ?? '') && !isSign(tokens, range.from + index - 1, '.')),
  );
}

/** Whether the name stands in a text, alone or as a part of something: then it may be read. */
function isNamed(sql: string, name: string): boolean {
  return sql.toLowerCase().includes(name.toLowerCase().replaceAll('"', '""'));
}

function rowsName(at: number): string {
  return `_tx_rows_${at}`;
}

function isOfQuery(cause: unknown): cause is EngineError {
  return cause instanceof EngineError && cause.details.retry === 'never' && cause.details.kind !== 'cancelled';
}
