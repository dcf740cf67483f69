/** The query of a model as unit tests know it, before there is a test: with what it reads, and any names in the place of that. */
import type { StandIns } from '../../compile/compile-unit-test.ts';
import type { CompiledModel, CompiledText, CompiledUnitTest, NodeId, SlotName } from '../../compile/compiled.ts';
import { nodeIdOf } from '../../compile/naming.ts';
import { fillSlots } from '../../compile/slots.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Text } from '../../generate/unit-test/scope.ts';
import { readText } from '../../parse/sql/read-query.ts';
import { hashSql } from '../../plan/read-sql.ts';
import { slotValues } from '../../plan/texts.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { compileText, nameInputs, referenceTo } from '../unit-tests.ts';

export interface Times {
  readonly runId: string;
  readonly startedAt: string;
  readonly interval: { readonly start: string; readonly end: string };
}

/** One text of a model: that of a first build, or of a later run. */
export interface Draft {
  readonly node: CompiledUnitTest;
  readonly isIncremental: boolean;
  /** In the order in which the text reads them; the model itself is the last. */
  readonly reads: readonly NodeId[];
}

/** The texts that are to be tested: both, where they differ. */
export async function draftsOf(loaded: LoadedGraph, model: CompiledModel): Promise<readonly Draft[]> {
  const full = await draft(loaded, model, false);
  if (model.incremental === undefined || hashSql(model.incremental.sql) === hashSql(model.full.sql)) return [full];
  return [full, await draft(loaded, model, true)];
}

async function draft(loaded: LoadedGraph, model: CompiledModel, isIncremental: boolean): Promise<Draft> {
  const span = { path: model.path, start: 0, end: 0 };
  const rows = { kind: 'rows', columns: [], rows: [] } as const;
  const node: CompiledUnitTest = {
    resourceType: 'unit_test',
    id: nodeIdOf('unit_test', loaded.project.name, model.name, 'generated'),
    name: model.name,
    path: model.path,
    fqn: model.fqn,
    description: '',
    tags: [],
    dependsOn: [],
    macros: [],
    rawConfig: {},
    span,
    model: model.id,
    inputs: [],
    expect: rows,
    overrides: { vars: {}, macros: {}, isIncremental },
  };
  const self: StandIns = new Map([[model.id, loaded.engine.dialect.relation(model.relation)]]);
  const { value, diagnostics } = await compileText(loaded, node, self, false);
  if (hasErrors(diagnostics)) throw new Stop(exitCodes.usage, diagnostics);
  const reads = [...value.reads.keys()].filter((id) => id !== model.id);
  const all = value.readsSelf || value.reads.has(model.id) ? [...reads, model.id] : reads;
  const inputs = all.map((id) => ({ id, written: id === model.id ? 'this' : referenceTo(loaded.graph, id), span, fixture: rows }));
  return { node: { ...node, inputs }, isIncremental, reads: all };
}

/** The text with names for what it reads; its slots are open still. */
export async function textWith(loaded: LoadedGraph, { node }: Draft, standIns: StandIns): Promise<CompiledText> {
  const { value, diagnostics } = await compileText(loaded, node, standIns, true);
  if (hasErrors(diagnostics)) throw new Stop(exitCodes.usage, diagnostics);
  return value.text;
}

/** The names that the relations of a test have. */
export function testRelations(loaded: LoadedGraph, { node }: Draft): ReturnType<typeof nameInputs> {
  return nameInputs(loaded, node);
}

export function filled(loaded: LoadedGraph, text: CompiledText, { runId, startedAt, interval }: Times): CompiledText {
  return fillSlots(text, slotValues({ run: { id: runId, startedAt }, interval }, loaded.engine.dialect));
}

export function hasSlot({ slots }: CompiledText, ...names: readonly SlotName[]): boolean {
  return slots.some(({ name }) => names.includes(name));
}

/** What can be told of the shape of a query; undefined where it cannot be read. */
export function readShape(sql: string): Text | undefined {
  const read = readText(sql);
  return read === undefined ? undefined : { ...read, sql };
}
