/** Settles the columns of the relations that a unit test makes up, and fills the slots of its query. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import type { CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import { fillSlots } from '../compile/slots.ts';
import { lookupSpan } from '../compile/span-map.ts';
import { isoTime } from '../compile/unit-tests.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { cellKind, inferType, kindOfCell } from '../parse/seed/infer-type.ts';
import type { FixtureCell, FixtureRows } from '../parse/unit-test-definition.ts';
import type { BuildContext } from './build-context.ts';
import type { PlanInput } from './plan-input.ts';
import { keyColumns, nodeOf } from './plan-tests.ts';
import { slotValues } from './texts.ts';
import { inputKey } from './unit-test.ts';
import type { KnownRelation, PlannedFixture, PlannedUnitTest, UnitFixture } from './unit-test.ts';

/** The test as it will run; undefined, reported, where that cannot be told. */
export function planUnitTest({ input, collector, report }: BuildContext, node: CompiledUnitTest): PlannedUnitTest | undefined {
  const prepared = input.unitTests?.prepared.get(node.id) ?? bug(`${node.id} was not prepared`);
  const model = nodeOf(input.graph, node.model);
  const problems: Diagnostic[] = [];
  const inputs = prepared.inputs.map((fixture) => {
    const known = input.unitTests?.columns.get(fixture.id) ?? nothingKnown;
    return { known, planned: planFixture(fixture, known, { dialect: input.dialect, node: node.id, problems }) };
  });
  for (const problem of problems) report(problem);
  const query = fillText(node, prepared.text, { input, collector, report });
  if (problems.length > 0 || query === undefined) return undefined;
  const taken = prepared.inputs.map(({ relation }) => relation.name);
  return {
    id: node.id,
    name: node.name,
    span: node.span,
    model: node.model,
    modelName: model.name,
    inputs: inputs.map(({ planned }) => planned),
    untyped: inputs.filter(({ known }) => !known.isWhole).map(({ planned: { called, span } }) => ({ called, span })),
    query,
    actual: ownRelation('tx_actual', taken, input.dialect),
    expected: ownRelation('tx_expected', taken, input.dialect),
    expect: prepared.expect,
    expectSpan: spanOfRows(prepared.expect, node.span),
    key: keyColumns(input.graph, model),
  };
}

const nothingKnown: KnownRelation = { columns: [], isWhole: false };

function spanOfRows(rows: FixtureRows, otherwise: Span): Span {
  if (rows.kind === 'query') return rows.span;
  return rows.rows[0]?.span ?? otherwise;
}

/** A temporary relation that no input is called like. */
function ownRelation(name: string, taken: readonly string[], { temporarySchema, foldIdentifier }: Dialect): Relation {
  const folded = new Set(taken.map(foldIdentifier));
  let free = `_${name}`;
  while (folded.has(foldIdentifier(free))) free = `_${free}`;
  return { schema: temporarySchema, name: free };
}

interface FixtureContext {
  readonly dialect: Dialect;
  readonly node: NodeId;
  readonly problems: Diagnostic[];
}

function planFixture(fixture: UnitFixture, known: KnownRelation, context: FixtureContext): PlannedFixture {
  const { called, span, relation, rows } = fixture;
  const base = { called, span, relation };
  if (rows.kind === 'query') {
    const query = { node: inputKey({ id: context.node }, called), sql: rows.sql };
    return { ...base, columns: known.columns, content: { kind: 'query', query, isWhole: known.isWhole } };
  }
  const { dialect, node, problems } = context;
  const fold = dialect.foldIdentifier;
  const columns: Column[] = [...known.columns];
  const places = new Map(columns.map(({ name }, at) => [fold(name), at]));
  const sources = new Map<number, number>();
  for (const [at, column] of rows.columns.entries()) {
    const place = places.get(fold(column.name));
    if (place !== undefined) sources.set(place, at);
    else if (known.isWhole) {
      const names = known.columns.map(({ name }) => name);
      problems.push(diagnose('unit-test-column', { relation: called, column: column.name, columns: names }, { span: column.span, node }));
    } else {
      sources.set(columns.length, at);
      columns.push({ name: column.name, type: inferColumn(rows, at, dialect) });
    }
  }
  if (columns.length === 0) problems.push(diagnose('unit-test-columns-unknown', { relation: called }, { span, node }));
  const ordered = rows.rows.map(({ cells, span: place }) => ({
    span: place,
    cells: columns.map((_, at) => cells[sources.get(at) ?? -1] ?? null),
  }));
  return { ...base, columns, content: { kind: 'rows', rows: ordered } };
}

/** The type of a column of which nothing is known but its values: as seeds have it; what was quoted is text. */
function inferColumn({ rows }: Extract<FixtureRows, { kind: 'rows' }>, at: number, dialect: Dialect): string {
  let kinds = 0;
  for (const { cells } of rows) kinds |= kindOf(cells[at] ?? null);
  return dialect.typeName(inferType(kinds).type);
}

function kindOf(cell: FixtureCell | null): number {
  if (cell === null || cell.text === null) return 0;
  const bytes = Buffer.from(cell.text);
  const kind = kindOfCell(bytes, 0, bytes.length);
  const isTime = kind === cellKind.date || kind === cellKind.timestamp || kind === cellKind.timestamptz;
  return cell.bare === true || isTime ? kind : cellKind.text;
}

/** The query with the times of the test, or else of the run, in its slots. */
function fillText(
  node: CompiledUnitTest,
  text: Parameters<typeof fillSlots>[0],
  context: BuildContextOfTexts,
): PlannedUnitTest['query'] | undefined {
  const { input, collector, report } = context;
  const { runStartedAt, interval } = node.overrides;
  const times = interval === undefined ? input.interval : { start: utc(interval.start.value), end: utc(interval.end.value) };
  const run = { ...input.run, startedAt: runStartedAt === undefined ? input.run.startedAt : utc(runStartedAt.value) };
  const values = slotValues({ run, ...(times === undefined ? {} : { interval: times }) }, input.dialect);
  const missing = text.slots.find((slot) => values[slot.name] === undefined);
  if (missing === undefined) return collector.query(node.id, fillSlots(text, values), node.id);
  report(diagnose('interval-missing', { slot: missing.name }, { span: lookupSpan(text.map, missing.at)?.span, node: node.id }));
  return undefined;
}

type BuildContextOfTexts = Pick<BuildContext, 'collector' | 'report'> & { readonly input: PlanInput };

function utc(text: string): string {
  return isoTime(text) ?? bug(`${text} was taken for a time`);
}
