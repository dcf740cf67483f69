/** The rows of one unit test: gathered, masked, tried out, made few, and written down with what the query gives for them. */
import { randomUUID } from 'node:crypto';
import type { Connection } from '../../adapter/connection.ts';
import type { ColumnRef } from '../../analyze/column-graph.ts';
import type { CompiledText, NodeId } from '../../compile/compiled.ts';
import { bug } from '../../diagnostics/bug.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { branchesOf } from '../../generate/unit-test/branches.ts';
import { originKey, spreadMarks } from '../../generate/unit-test/mask.ts';
import { Origins, tiesOf } from '../../generate/unit-test/origins.ts';
import type { Origin, Tie } from '../../generate/unit-test/origins.ts';
import type { Probe } from '../../generate/unit-test/probe.ts';
import type { Text } from '../../generate/unit-test/scope.ts';
import type { WrittenTest } from '../../generate/unit-test/unit-test-yaml.ts';
import { exitCodes, Stop } from '../exit.ts';
import { findInputs } from './find-inputs.ts';
import { GatheredRows, inputColumns } from './gather-rows.ts';
import { maskRows, personalBelow, personalInputs } from './mask-rows.ts';
import { RowBench } from './row-bench.ts';
import type { BoundProbe, QueryResult, RowPlace } from './row-bench.ts';
import type { SampledInput, TextRow } from './sampled-rows.ts';
import type { SampleWork } from './sample-work.ts';
import { sliceInputs } from './slice-inputs.ts';
import { chooseInterval, commentsOf, tableOf } from './test-parts.ts';
import type { Draft, Times } from './unit-test-drafts.ts';
import { filled, hasSlot, readShape, textWith } from './unit-test-drafts.ts';

/** Rows of the model itself that a later run may find. */
const mostBuilt = 30;
/** Rows of an input that are taken of its slice, so that there is room for those that are rare. */
const mostNear = 40;
/** Rows that people still read. */
const mostExpected = 100;
/** Those of them that are tried alone. */
const mostAlone = 12;

export class DraftSample {
  readonly #work: SampleWork;
  readonly #draft: Draft;
  readonly #connection: Connection;
  #inputs: readonly SampledInput[] = [];
  /** As the test shows them, and as they stand. */
  #rows: readonly (readonly TextRow[])[] = [];
  #real: readonly (readonly TextRow[])[] = [];
  #bench: RowBench | undefined;
  #times: Times;
  /** Columns whose values are made up. */
  #masked: ReadonlySet<string> = new Set();

  constructor(work: SampleWork, draft: Draft, connection: Connection) {
    this.#work = work;
    this.#draft = draft;
    this.#connection = connection;
    this.#times = work.times;
  }

  /** Nothing that it reads has a row; the rows of the model itself are of its own making. */
  isEmpty(): boolean {
    const { model } = this.#work;
    return this.#rows.every((rows, at) => this.#draft.reads[at] === model.id || rows.length === 0);
  }

  /** `first` has the rows of the first build, `built` what that gave. */
  async gather(first: DraftSample | undefined, built: QueryResult | undefined): Promise<void> {
    const { loaded, model } = this.#work;
    const { dialect } = loaded.engine;
    this.#inputs = await findInputs(this.#work, this.#draft, this.#connection, built);
    const asking = { connection: this.#connection, dialect };
    const { origins, ties, shape, probes } = await this.#readQuery(this.#inputs);
    const gathered = new GatheredRows(asking, this.#inputs);
    const slices = await sliceInputs(asking, this.#inputs, ties);
    let rare = probes;
    if (slices !== undefined) {
      gathered.read(slices);
      const missing = new Set(await gathered.follow((await this.#readQuery(slices)).probes, mostNear));
      rare = probes.filter((_, at) => missing.has(at));
      if (rare.length > 0) gathered.read(this.#inputs);
    }
    await gathered.follow(rare);
    await gathered.complete(ties);
    const personal = [
      ...personalInputs(this.#work.personal.has, this.#draft.reads, this.#inputs),
      ...this.#behindModel(),
      ...(shape && origins ? personalBelow(this.#work, origins, shape.query) : []),
    ];
    const real = this.#draft.reads.map((id, at) =>
      id === model.id
        ? (built?.rows.slice(0, mostBuilt) ?? [])
        : withoutDoubles([...(first?.realRowsOf(id) ?? []), ...(gathered.rows[at] ?? [])]),
    );
    const marks = spreadMarks([...personal, ...this.#alsoIn(first)], ties);
    // Rows of the model itself are made of masked ones.
    const { rows, masked } = maskRows(
      this.#inputs,
      real,
      this.#work.masker,
      ({ input, column }) => this.#draft.reads[input] !== model.id && marks.has(originKey({ input, column })),
    );
    this.#masked = masked;
    this.#rows = rows;
    this.#real = real;
  }

  /** What comes to personal columns of the model. */
  #behindModel(): readonly Origin[] {
    const { model, personal } = this.#work;
    const { reads } = this.#draft;
    return personal.behind(model.id, new Set(reads)).flatMap(({ node, column }) => ({ input: reads.indexOf(node), column }));
  }

  /** What the rows of the first build hide is hidden in those of later ones. */
  #alsoIn(first: DraftSample | undefined): readonly Origin[] {
    return [...(first?.maskedColumns() ?? [])].flatMap(({ node, column }) => {
      const input = this.#draft.reads.indexOf(node);
      return input === -1 ? [] : [{ input, column }];
    });
  }

  maskedColumns(): readonly ColumnRef[] {
    return this.#draft.reads.flatMap((node, input) =>
      (this.#inputs[input]?.columns ?? []).flatMap(({ name }) =>
        this.#masked.has(originKey({ input, column: name })) ? [{ node, column: name }] : [],
      ),
    );
  }

  /** The query of the model over what these read, as far as it can be understood. */
  async #readQuery(inputs: readonly SampledInput[]): Promise<{
    readonly shape?: Text;
    readonly origins?: Origins;
    readonly ties: readonly Tie[];
    readonly probes: readonly Probe[];
  }> {
    const { loaded } = this.#work;
    const { quoteIdentifier: quote } = loaded.engine.dialect;
    const names = new Map(this.#draft.reads.map((id, at) => [id, inputs[at]?.real ?? '']));
    const shape = readShape(filled(loaded, await textWith(loaded, this.#draft, names), this.#times).sql);
    if (shape === undefined) return { ties: [], probes: [] };
    const origins = new Origins(
      shape,
      inputColumns(inputs, ({ real }) => real),
    );
    const probes = branchesOf({ text: shape, origins, quote, shown: (sql) => sql });
    return { shape, origins, ties: tiesOf(shape, origins), probes };
  }

  /** The rows of an input as they stand in the target. */
  realRowsOf(id: NodeId): readonly TextRow[] {
    return this.#real[this.#draft.reads.indexOf(id)] ?? [];
  }

  /** What the query gives for all rows that were gathered. */
  async buildAll(): Promise<QueryResult> {
    const bench = await this.#openBench();
    return await bench.result(await this.#query());
  }

  async write(name: string): Promise<WrittenTest> {
    const { model, loaded } = this.#work;
    const bench = await this.#openBench();
    const text = await this.#testText();
    const isTimed = hasSlot(text, 'interval.start', 'interval.end');
    if (isTimed) this.#times = { ...this.#times, interval: chooseInterval(await bench.result(await this.#query()), model) };
    await bench.keep(bench.places());
    const probes = await bench.bind(await this.#probes());
    const wasHeld = await this.#heldUnmasked(bench, probes);
    const start = await bench.leaveOut(probes, await this.#chooseBuilt(bench, probes));
    const places = await bench.shrink(
      (await bench.held(probes)).flatMap((question) => question ?? []),
      start,
    );
    const held = await bench.held(probes);
    const kept = this.#inputs.map((_, at) => places.flatMap(({ input, row }) => (input === at ? [this.#rows[at]?.[row] ?? []] : [])));
    const { result, unstable } = await this.#settle(bench, kept);
    this.#requireFew(places.length, result.rows.length);
    const used = bench.used;
    return {
      name,
      model: model.name,
      comments: commentsOf({
        target: loaded.project.target.name,
        probes: probes.slice(1),
        held: held.slice(1).map((question) => question !== undefined),
        wasHeld: wasHeld.slice(1),
        masked: this.#inputs.flatMap((input, at) =>
          (used[at] ?? []).flatMap((column) =>
            this.#masked.has(originKey({ input: at, column: column.name })) ? [`${input.called}: ${column.name}`] : [],
          ),
        ),
        unstable,
      }),
      isIncremental: this.#draft.isIncremental,
      ...(hasSlot(text, 'run.started_at') ? { runStartedAt: this.#times.startedAt.slice(0, 19) + 'Z' } : {}),
      ...(isTimed ? { interval: this.#times.interval } : {}),
      given: this.#inputs.map(({ called, columns }, at) => ({
        input: called,
        table: tableOf(
          columns,
          kept[at] ?? [],
          (used[at] ?? []).map((column) => columns.indexOf(column)),
          true,
        ),
      })),
      expect: tableOf(
        result.columns,
        result.rows,
        result.columns.flatMap((column, at) => (unstable.includes(column.name) ? [] : [at])),
        false,
      ),
    };
  }

  /** Which branches the rows take before values are made up. */
  async #heldUnmasked(bench: RowBench, probes: readonly BoundProbe[]): Promise<readonly boolean[]> {
    if (this.#masked.size === 0) return [];
    for (const [at, rows] of this.#real.entries()) await bench.put(at, rows);
    const held = await bench.held(probes);
    for (const [at, rows] of this.#rows.entries()) await bench.put(at, rows);
    return held.map((question) => question !== undefined);
  }

  #requireFew(given: number, rows: number): void {
    const { model } = this.#work;
    if (rows <= mostExpected) return;
    const where = { node: model.id, span: { path: model.path, start: 0, end: 0 } };
    throw new Stop(exitCodes.usage, [diagnose('generate-many-rows', { model: model.name, given, rows }, where)]);
  }

  async #openBench(): Promise<RowBench> {
    if (this.#bench !== undefined) return this.#bench;
    const bench = new RowBench(this.#connection, this.#work.target.adapter, this.#inputs);
    await bench.open(this.#rows);
    await bench.narrow((await this.#query()).sql);
    this.#bench = bench;
    return bench;
  }

  #standIns(): ReadonlyMap<NodeId, string> {
    const { dialect } = this.#work.loaded.engine;
    return new Map(this.#draft.reads.map((id, at) => [id, dialect.relation(this.#inputs[at]?.relation ?? bug(`${id} is no input`))]));
  }

  async #testText(): Promise<CompiledText> {
    return await textWith(this.#work.loaded, this.#draft, this.#standIns());
  }

  async #query(times = this.#times): Promise<{ readonly node: NodeId; readonly sql: string }> {
    const { loaded, model } = this.#work;
    return { node: model.id, sql: filled(loaded, await this.#testText(), times).sql };
  }

  /** The branches of the text of the test; that it gives a row at all is the first. */
  async #probes(): Promise<readonly Probe[]> {
    const { sql } = await this.#query();
    const { quoteIdentifier: quote } = this.#work.loaded.engine.dialect;
    const shape = readShape(sql);
    const standIns = [...this.#standIns().values()];
    const origins =
      shape &&
      new Origins(
        shape,
        this.#inputs.map(({ columns }, at) => ({ sql: standIns[at] ?? '', columns: columns.map(({ name }) => name) })),
      );
    const gives: Probe = { label: 'any row', forms: [{ head: '', body: `from (${sql}\n) as tx_query`, columns: [] }] };
    return [gives, ...(shape && origins ? branchesOf({ text: shape, origins, quote, shown: (written) => this.#shown(written) }) : [])];
  }

  /** SQL with the names of nodes in the place of what stands for them. */
  #shown(sql: string): string {
    const { dialect } = this.#work.loaded.engine;
    return this.#inputs.reduce(
      (text, { relation, called }) => text.replaceAll(dialect.relation(relation), called === 'this' ? 'this' : relation.name),
      sql,
    );
  }

  /** Of rows that stand already those with which the query takes most branches: one of them, all, or none. */
  async #chooseBuilt(bench: RowBench, probes: readonly BoundProbe[]): Promise<readonly RowPlace[]> {
    const all = bench.places();
    const self = this.#draft.reads.indexOf(this.#work.model.id);
    const built = all.filter(({ input }) => input === self);
    const others = all.filter(({ input }) => input !== self);
    if (built.length === 0) return all;
    let best: { readonly places: readonly RowPlace[]; readonly count: number } = { places: all, count: -1 };
    for (const some of [...built.slice(0, mostAlone).map((place) => [place]), built]) {
      await bench.keep([...others, ...some]);
      const count = (await bench.held(probes)).filter(Boolean).length;
      if (count > best.count) best = { places: [...others, ...some], count };
    }
    return best.places;
  }

  /** What is expected of these rows, and the columns that are not the same each time, or not when they are read again. */
  async #settle(
    bench: RowBench,
    kept: readonly (readonly TextRow[])[],
  ): Promise<{ readonly result: QueryResult; readonly unstable: readonly string[] }> {
    for (const [at, rows] of kept.entries()) await bench.put(at, [...rows].reverse());
    const other = await bench.result(await this.#query({ ...this.#times, runId: randomUUID() }));
    for (const [at, rows] of kept.entries()) await bench.put(at, rows);
    const result = await bench.result(await this.#query());
    const values = ({ rows }: QueryResult, at: number): string =>
      JSON.stringify(rows.map((row) => JSON.stringify(row[at] ?? null)).sort((one, two) => (one < two ? -1 : 1)));
    const unstable: string[] = [];
    for (const [at, column] of result.columns.entries()) {
      const isSteady = values(result, at) === values(other, at);
      if (
        !isSteady ||
        !(await bench.isSame(
          [column],
          result.rows.map((row) => [row[at] ?? null]),
        ))
      )
        unstable.push(column.name);
    }
    if (result.columns.length > 0 && unstable.length === result.columns.length) {
      const { model } = this.#work;
      throw new Stop(exitCodes.usage, [
        diagnose('generate-nothing-steady', { model: model.name }, { node: model.id, span: { path: model.path, start: 0, end: 0 } }),
      ]);
    }
    return { result, unstable };
  }
}

function withoutDoubles(rows: readonly TextRow[]): readonly TextRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
