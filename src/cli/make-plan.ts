/** Makes the plan of a command from what was prepared and from what stands in the database. */
import { randomUUID } from 'node:crypto';
import { findCheck } from '../checks/vocabulary.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { PlanResult } from '../plan/build-plan.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { Copy, Interval, LoadOrder, PlanInput, UnitTests } from '../plan/plan-input.ts';
import type { PreparedUnitTest } from '../plan/unit-test.ts';
import { traced } from '../project/tracer.ts';
import { askForLate } from './ask-for-late.ts';
import { compareColumns } from './compare-columns.ts';
import type { CompareWith } from './compare-columns.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';
import type { RunRequest } from './run-request.ts';
import { seeFilesOfModels } from './see-files-of-models.ts';
import type { Screen } from './screen.ts';
import type { SeedFiles } from './seed-files.ts';

/** Everything that is decided before the database is opened. */
export interface Prepared {
  readonly loaded: LoadedGraph;
  readonly selected: ReadonlySet<NodeId>;
  readonly seeds: SeedFiles;
  readonly unneeded: readonly Diagnostic[];
  readonly unitTests: ReadonlyMap<NodeId, PreparedUnitTest>;
  readonly threads: number;
  readonly interval: Interval | undefined;
  readonly loads: LoadOrder | undefined;
  /** All that a run with a name is about, with what was finished before. */
  readonly asked?: ReadonlySet<NodeId>;
  /** What takes the rows of another environment. */
  readonly copies?: ReadonlyMap<NodeId, Copy>;
  /** What was found out about queries already; with it, what is selected beside copies is built only if it has to be. */
  readonly compared?: NonNullable<PlanInput['compared']>;
  /** In an environment: what differs from the target, and in what. */
  readonly differs?: PlanInput['differs'];
  /** In an environment: what the target has of each node. */
  readonly bases?: ReadonlyMap<NodeId, string>;
  /** In an environment: what was asked for and is left to the target, since it reads nothing that differs: why, in words. */
  readonly spared?: ReadonlyMap<NodeId, string>;
  /** What tells the files of sources from what they were. */
  readonly sources: ReadonlyMap<NodeId, string>;
}

/** With what the database was asked. */
export interface ReadyToPlan extends Prepared {
  readonly standing: Standing;
  readonly unitColumns: UnitTests['columns'];
}

/** The plan, and what it was made from. Stops where it must not be carried out. `target` is asked only where queries are to be compared. */
export async function planFor(
  host: Host,
  screen: Screen,
  request: RunRequest,
  prepared: ReadyToPlan,
  target: Omit<CompareWith, 'loaded'>,
): Promise<{ readonly planned: PlanResult; readonly input: PlanInput }> {
  const first = planInput(host, request, prepared);
  const made = traced(host.trace, 'plan', () => buildPlan(first));
  const late = await askForLate(made.value.plan, first, target);
  if (late !== undefined && 'diagnostics' in late) throw new Stop(exitCodes.usage, late.diagnostics);
  const drafted = late === undefined ? first : { ...first, ...late };
  const draft = late === undefined ? made : traced(host.trace, 'plan', () => buildPlan(drafted));
  const compared = await compareColumns(draft.value.plan, drafted, { ...target, loaded: prepared.loaded });
  if (compared === undefined) return { planned: accepted(screen, draft), input: drafted };
  const input = { ...drafted, compared };
  return {
    planned: accepted(
      screen,
      traced(host.trace, 'plan', () => buildPlan(input)),
    ),
    input,
  };
}

export function planInput(host: Host, request: RunRequest, prepared: ReadyToPlan): PlanInput {
  const { loaded, interval, loads, standing } = prepared;
  const { project, hooks, engine } = loaded;
  return {
    command: request.command,
    project: project.name,
    target: { name: project.target.name, engine: engine.type, schema: project.target.schema },
    stateSchema: project.stateSchema,
    graph: loaded.graph,
    selected: prepared.selected,
    ...(loaded.deferral === undefined ? {} : { deferred: loaded.deferral.relations }),
    ...(prepared.differs === undefined ? {} : { differs: prepared.differs }),
    ...(prepared.spared === undefined ? {} : { spared: prepared.spared }),
    dialect: engine.dialect,
    capabilities: engine.capabilities,
    catalog: standing.catalog,
    state: standing.state,
    seeds: prepared.seeds.summaries,
    ...hooks,
    findCheck,
    run: { id: request.named?.runId ?? randomUUID(), startedAt: new Date(host.clock.now()).toISOString() },
    fullRefresh: request.options.fullRefresh === true,
    adopt: request.options.adopt === true,
    ...(request.replay === true ? { replay: true } : {}),
    ...(prepared.copies === undefined ? {} : { copies: prepared.copies }),
    noAudit: request.options.audit === false,
    ...(request.options.gaps === false ? { refusesGaps: true } : {}),
    ...(prepared.compared === undefined ? {} : { compared: prepared.compared }),
    reuse: prepared.compared !== undefined || mayReuse(request),
    sources: prepared.sources,
    files: seeFilesOfModels(host, loaded),
    unitTests: { prepared: prepared.unitTests, columns: prepared.unitColumns },
    ...(interval === undefined ? {} : { interval }),
    ...(loads === undefined ? {} : { loads }),
  };
}

function mayReuse({ command, options, replay }: RunRequest): boolean {
  return command === 'build' && options.force !== true && options.fullRefresh !== true && replay !== true;
}

function accepted(screen: Screen, { value, diagnostics }: Outcome<PlanResult>): PlanResult {
  if (hasErrors(diagnostics)) throw new Stop(exitCodes.usage, diagnostics);
  screen.showDiagnostics(diagnostics);
  return value;
}
