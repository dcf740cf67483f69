/** `tx run`, `build`, `test` and `seed`: select, plan, execute, report. */
import type { Analysis } from '../analyze/analysis.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { bug } from '../diagnostics/bug.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { executePlan } from '../execute/execute-plan.ts';
import type { RunResult } from '../execute/events.ts';
import { StepFailure } from '../execute/step-failure.ts';
import { ancestorsHere } from '../plan/defer-nodes.ts';
import type { PlanResult } from '../plan/build-plan.ts';
import type { Command, Plan } from '../plan/plan.ts';
import type { Project } from '../project/project.ts';
import { placedFiles } from '../project/placed-files.ts';
import { traced } from '../project/tracer.ts';
import { looksAtTarget, looksOn } from './analyze-nodes.ts';
import { askIfFree, askOn, newTexts } from './compare-columns.ts';
import { checkColumns, requireColumns } from './check-columns.ts';
import { requireSeedTypes } from './check-seed-types.ts';
import { findProduction } from './find-production.ts';
import type { Production } from './find-production.ts';
import { noteSpared, readsTarget } from './find-deferral.ts';
import { chooseNodes, inEnvironment, sparedOf } from './choose-nodes.ts';
import { stopForDatabase } from './database-errors.ts';
import { ownProject } from './deferral.ts';
import { describeNothing } from './describe-nothing.ts';
import { exitCodes, Stop } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import { identifyRun, namedOf, tellNamed, withoutFinished } from './identify-run.ts';
import { loadGraph } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';
import { makeEnvironment } from './make-environment.ts';
import type { Prepared } from './make-plan.ts';
import { planFor } from './make-plan.ts';
import { prepareNodes, readSeeds } from './prepare-nodes.ts';
import { writeManifest } from './manifest-file.ts';
import { openDatabase, readStanding } from './open-database.ts';
import type { Standing } from './open-database.ts';
import type { RunRequest } from './run-request.ts';
import { createRunReport } from './run-report.ts';
import type { RunReport } from './run-report.ts';
import type { Screen } from './screen.ts';
import { changedSeeds, joinSeedFiles } from './seed-files.ts';
import type { SeedFiles } from './seed-files.ts';
import { lockTimeoutMs, waitSeconds } from './read-options.ts';
import { proveTests } from './prove-tests.ts';
import { readStandingIfAny } from './read-standing-if-any.ts';
import { readsOf } from './reads-of.ts';
import { replanner } from './replan-step.ts';
import { argumentsOf } from './run-arguments.ts';
import { stopFor } from './stop-for.ts';
import { createUnfinishedMark } from './unfinished-mark.ts';
import type { UnfinishedMark } from './unfinished-mark.ts';
import { findUnitColumns } from './unit-tests.ts';
import { seeFilesOfModels } from './see-files-of-models.ts';
import { showUnneeded } from './unneeded-errors.ts';
import { listenForCancel } from './signals.ts';
import type { Cancellation } from './signals.ts';
import { tellBeforeRun } from './tell-before-run.ts';
import { viewsBeside } from './views-beside.ts';

/** Runs the command from start to exit code. */
export async function runCommand(host: Host, screen: Screen, request: RunRequest): Promise<ExitCode> {
  // What a retry leaves undone is part of what the record of the run before says: that stands.
  if (request.retried !== undefined) return await runMarked(host, screen, request, undefined);
  const mark = createUnfinishedMark(host, request.options, { command: request.command, args: argumentsOf(request.options) });
  host.atEnd((isDamaged) => {
    if (isDamaged) mark.undo();
  });
  try {
    return await runMarked(host, screen, request, mark);
  } catch (cause) {
    const stop = stopFor(host, cause);
    if (stop !== undefined) await mark.stopped(stop.exitCode);
    throw cause;
  }
}

async function runMarked(host: Host, screen: Screen, asked: RunRequest, mark: UnfinishedMark | undefined): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, asked.options, mark?.begin);
  const request = await identifyRun(host, screen, loaded, asked);
  const production = await productionFor(host, screen, request, loaded);
  const prepared = await prepare(host, screen, request, { loaded, production });
  const nothingDone = async (): Promise<ExitCode> => {
    if (production?.ownState.version === 0 && request.command !== 'test') await makeEnvironment(host, screen, loaded, request.options);
    return noResults(screen, request, mark);
  };
  if (prepared === undefined) return await nothingDone();
  const cancellation = listenForCancel();
  try {
    const result = await runPrepared(host, screen, request, prepared, {
      cancellation,
      report: (planned) => createRunReport(host, screen, prepared.loaded, { request, planned }),
      // Nobody asks it of another run, and each pays for what is written.
      ...(request.options.backfill === true ? { opened: () => mark?.opened() } : {}),
      recorded: () => mark?.recorded(),
      finished: () => writeManifest(host, screen, ownProject(prepared.loaded)),
    });
    if (result === undefined) {
      screen.note(describeNothing(request.options, host.clock.now()));
      showUnneeded(screen, prepared.unneeded);
      return await nothingDone();
    }
    showUnneeded(screen, prepared.unneeded);
    return exitCodeOf(result, cancellation);
  } finally {
    cancellation.dispose();
  }
}

/** How a run is told, and how it is stopped. */
export interface RunManner {
  readonly cancellation: Pick<Cancellation, 'signal' | 'whileBusy'>;
  readonly report: (planned: PlanResult) => RunReport;
  /** What it opens in the target is open. */
  readonly opened?: () => void;
  /** Its results are written. */
  readonly recorded: () => void;
  /** What else is left to do after a run that was not cancelled. */
  readonly finished?: () => void;
}

/** Runs what is prepared, from the opening of the database to its closing; undefined when there is nothing to do. */
export async function runPrepared(
  host: Host,
  screen: Screen,
  request: RunRequest,
  prepared: Prepared,
  { cancellation, ...manner }: RunManner,
): Promise<RunResult | undefined> {
  const { loaded, threads } = prepared;
  const { adapter, session } = await openDatabase(host, screen, loaded, {
    connections: threads + (request.options.parallel ?? threads) + 1,
    readOnly: false,
    waitSeconds: waitSeconds(request.options),
    signal: cancellation.signal,
  });
  try {
    const standing = await traced(host.trace, 'read catalog and state', () => readStanding(adapter, session, loaded.project, loaded.graph));
    // Nobody else is at work on the database by now.
    seeFilesOfModels(host, loaded, { mends: true });
    const seeds = cancellation.whileBusy(() =>
      traced(host.trace, 'read seeds', () => readRemainingSeeds(host, screen, prepared, request.command, standing)),
    );
    await requireSeedTypes(session, loaded, seeds.summaries.keys());
    const unitColumns = await findUnitColumns(host, ownProject(loaded), prepared.unitTests, { adapter, session });
    const ready = { ...prepared, seeds, standing, unitColumns };
    const { planned: drafted, input } = await cancellation.whileBusy(() =>
      planFor(host, screen, request, ready, { adapter, ask: (job) => askOn(session, job) }),
    );
    if (!hasWork(drafted.plan)) return undefined;
    const looks = looksOn(adapter, session, loaded);
    const check = { loaded, plan: drafted.plan, standing, seeds: seeds.summaries, adapter, looks };
    const planned = proveTests(request, loaded, drafted, await requireColumns(host, screen, request, check));
    const { project, engine } = loaded;
    const known = { project, engine, catalog: adapter.catalog };
    const ask: Parameters<typeof tellBeforeRun>[3]['ask'] = (job) => askOn(session, job);
    await tellBeforeRun(screen, request.options, planned.plan, { known, standing, ask, now: host.clock.now() });
    const report = manner.report(planned);
    const result = await executeReported(report, loaded.project, () =>
      traced(host.trace, 'execute', () =>
        executePlan(
          planned.plan,
          {
            adapter,
            session,
            clock: host.clock,
            chance: Math.random,
            emit: followed(host, (event) => {
              if (event.type === 'run-started') manner.opened?.();
              report.emit(event);
            }),
            verifySeed: seeds.verify,
            seedContent: (path) => seeds.content(path) ?? bug(`seed ${path} was not read`),
            places: placedFiles(host.files, loaded.project.root),
            texts: planned.texts,
            replan: replanner(input, adapter, loaded.project),
            readsOf: readsOf(loaded),
            compiledPath: report.compiledPath,
          },
          {
            threads,
            failFast: request.options.failFast === true,
            txVersion: host.version,
            stateVersion: standing.state.version,
            shapes: standing.state.shapes,
            newTexts: newTexts(planned.plan, loaded, standing),
            beside: viewsBeside(planned.plan, loaded, standing, adapter.dialect),
            ...(prepared.bases === undefined ? {} : { bases: prepared.bases }),
            ...namedOf(request, prepared),
            openRuns: standing.state.openRuns,
            lockTimeoutMs: lockTimeoutMs(request.options),
            signal: cancellation.signal,
          },
        ),
      ),
    );
    traced(host.trace, 'report', () => {
      if (report.finish(result)) manner.recorded();
      // Who cancels does not wait for more files.
      if (result.status !== 'cancelled') manner.finished?.();
    });
    return result;
  } finally {
    await session.close();
  }
}

/** What happens is told to the trace as well, where there is one. */
function followed({ trace }: Host, emit: RunReport['emit']): RunReport['emit'] {
  if (trace === undefined) return emit;
  return (event) => {
    trace.handle(event);
    emit(event);
  };
}

/** Plans without executing: the other consumer of the plan. */
export async function planOnly(
  host: Host,
  screen: Screen,
  request: RunRequest,
): Promise<{ readonly planned: Planned; readonly loaded: LoadedGraph } | undefined> {
  const loaded = await loadGraph(host, screen, request.options);
  const planned = await planAnyhow(host, screen, request, loaded);
  return planned === undefined ? undefined : { planned, loaded };
}

/** A plan, and what its statements read beside the target. */
export interface Planned extends PlanResult {
  readonly deferral: LoadedGraph['deferral'] | undefined;
  /** What it was made from. */
  readonly input: PlanInput;
  /** Columns of what is built from new texts, and of what reads it; undefined where nobody looked. */
  readonly analysis: Analysis | undefined;
  /** Why it is not carried out: queries of it cannot work. */
  readonly refused: Stop | undefined;
}

/** The same for a graph that is loaded already, and only where all of it can work; undefined where nothing is selected. */
export async function planLoaded(host: Host, screen: Screen, request: RunRequest, loaded: LoadedGraph): Promise<Planned | undefined> {
  const planned = await planAnyhow(host, screen, request, loaded);
  if (planned?.refused !== undefined) throw planned.refused;
  return planned;
}

async function planAnyhow(host: Host, screen: Screen, request: RunRequest, loaded: LoadedGraph): Promise<Planned | undefined> {
  const production = await productionFor(host, screen, request, loaded);
  const prepared = await prepare(host, screen, request, { loaded, production });
  if (prepared === undefined) return undefined;
  const { standing, unitColumns } = await traced(host.trace, 'read catalog and state', () =>
    readStandingIfAny(host, screen, request, prepared),
  );
  const seeds = readRemainingSeeds(host, screen, prepared, request.command, standing);
  const adapter = await loaded.engine.load();
  const ready = { ...prepared, seeds, standing, unitColumns };
  const { planned, input } = await planFor(host, screen, request, ready, { adapter, ask: (job) => askIfFree(host, adapter, loaded, job) });
  const looks = looksAtTarget(host, adapter, loaded);
  const check = { loaded: prepared.loaded, plan: planned.plan, standing, seeds: seeds.summaries, adapter, looks };
  const { found, stop: refused } = await checkColumns(host, screen, request, check);
  if (refused === undefined) showUnneeded(screen, prepared.unneeded);
  const proven = refused === undefined ? proveTests(request, prepared.loaded, planned, found) : planned;
  return { ...proven, deferral: prepared.loaded.deferral, input, analysis: found, refused };
}

/** The target of an environment that reads it. */
async function productionFor(host: Host, screen: Screen, { options }: RunRequest, loaded: LoadedGraph): Promise<Production | undefined> {
  return readsTarget(options) ? await findProduction(host, screen, loaded, options) : undefined;
}

async function prepare(
  host: Host,
  screen: Screen,
  request: RunRequest,
  { loaded, production }: { readonly loaded: LoadedGraph; readonly production: Production | undefined },
): Promise<Prepared | undefined> {
  const chosen = chooseNodes(host, screen, loaded, request);
  const asked = inEnvironment(chosen, request, production);
  const spared = sparedOf(chosen, asked, production);
  noteSpared(screen, loaded, spared, `left to target ${loaded.project.target.name}`);
  const selected = withoutFinished(loaded, asked, request);
  tellNamed(screen, request, { all: asked.size, left: selected.size });
  if (selected.size === 0) {
    if (asked.size === 0)
      screen.note(
        production === undefined ? 'nothing to do' : `nothing to do: nothing of it differs from target ${loaded.project.target.name}`,
      );
    showUnneeded(screen, loaded.nodeErrors);
    return undefined;
  }
  const { retried } = request;
  const own = new Set([...asked, ...(retried?.recorded ?? [])]);
  return { ...(await prepareNodes(host, screen, request, { loaded, selected, own, production })), asked, spared };
}

/** The live line of the terminal is taken away also when a run breaks off. */
async function executeReported(report: RunReport, project: Project, execute: () => Promise<RunResult>): Promise<RunResult> {
  try {
    return await execute();
  } catch (cause) {
    if (cause instanceof StepFailure) throw new Stop(exitCodes.transient, cause.diagnostics);
    throw stopForDatabase(cause, project);
  } finally {
    report.stop();
  }
}

/**
 * The seeds of the command once the state is known: those that were asked for, and those above the selected models
 * whose file is not what their table was loaded from.
 */
function readRemainingSeeds(host: Host, screen: Screen, prepared: Prepared, command: Command, standing: Standing): SeedFiles {
  const { loaded, selected, seeds } = prepared;
  if (command === 'seed' || command === 'test') return seeds;
  const above = [...selected, ...ancestorsHere(loaded.graph, selected, loaded.deferral?.relations)].filter(
    (id) => !seeds.summaries.has(id),
  );
  const changed = readSeeds(host, screen, loaded, changedSeeds(host.files, loaded, above, standing));
  if (hasErrors(changed.diagnostics)) throw new Stop(exitCodes.usage, changed.diagnostics);
  screen.showDiagnostics(changed.diagnostics);
  return joinSeedFiles(seeds, changed);
}

function hasWork(plan: Plan): boolean {
  return plan.steps.some((step) => step.kind !== 'gate');
}

/** Who reads JSON gets some, also where nothing ran. */
function noResults(screen: Screen, { options }: RunRequest, mark: UnfinishedMark | undefined): ExitCode {
  mark?.undo();
  if (options.output === 'json') screen.data({ results: [] });
  return exitCodes.ok;
}

export function exitCodeOf(result: RunResult, cancellation: Cancellation): ExitCode {
  if (result.status === 'cancelled') return cancellation.exitCode();
  if (result.status === 'success') return exitCodes.ok;
  return result.transient ? exitCodes.transient : exitCodes.failed;
}
