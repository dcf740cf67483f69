/** `tx state`: lists and shows what is remembered, drops what nobody builds any more, gives up or carries over what is known. */
import { randomUUID } from 'node:crypto';
import type { Cell } from '../../adapter/connection.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { isBuilt } from '../../graph/graph.ts';
import { recordRun } from '../../execute/recorded-run.ts';
import { resetRelation } from '../../execute/reset-relation.ts';
import { buildSubject } from '../../state/state-tables.ts';
import { renderTable } from '../../report/tables.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { readKnown, shownRelation } from '../known-relations.ts';
import type { Known, KnownRelation } from '../known-relations.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { askTarget } from '../ask-target.ts';
import type { OpenTarget } from '../ask-target.ts';
import type { StateOptions } from './state-options.ts';

export async function stateCommand(host: Host, screen: Screen, options: StateOptions): Promise<ExitCode> {
  const [action = 'ls', ...names] = options.args;
  const takesNames = action === 'show' || action === 'reset' || action === 'import';
  if (takesNames ? names.length === 0 || (action === 'import' && names.length > 1) : names.length > 0)
    throw new Stop(exitCodes.usage, [diagnose('state-arguments', { action, takes: takesNames, given: names.length })]);
  const loaded = await loadGraph(host, screen, options);
  const readOnly = action === 'ls' || action === 'show' || action === 'export' || (action === 'gc' && options.yes !== true);
  const request = { options, readOnly, connections: 2 };
  if (action === 'import') {
    const { importState, readExport } = await import('./state-transfer.ts');
    const dump = readExport(host, loaded, names[0] ?? '');
    await askTarget(host, screen, loaded, request, (open) => importState(host, screen, open, { loaded, options, dump }));
    return exitCodes.ok;
  }
  await askTarget(host, screen, loaded, request, async (open) => {
    if (action === 'export') return (await import('./state-transfer.ts')).exportState(host, screen, open, loaded);
    const known = await readKnown(open, loaded);
    if (action === 'gc') {
      await (await import('./state-gc.ts')).collectGarbage(host, screen, open, { loaded, options, known });
      if (options.deletions !== undefined) await (await import('./forget-deletions.ts')).forgetDeletions(screen, open, loaded, options);
      return;
    }
    if (action === 'show') return show(screen, options, { known, chosen: choose(host, screen, options, { loaded, known, names }) }, open);
    if (action === 'reset')
      return reset(host, screen, options, { open, loaded, chosen: choose(host, screen, options, { loaded, known, names }) });
    return list(screen, options, known, open);
  });
  return exitCodes.ok;
}

function stateWord({ stands, isBuilt: isOfNode }: KnownRelation): string {
  if (stands === 'gone') return 'gone';
  if (stands === 'altered') return 'altered';
  return isOfNode ? 'stands' : 'not built here';
}

function summary(entry: KnownRelation): Readonly<Record<string, Cell>> {
  const { build, target } = entry;
  const { node, relation, relationKind, startedAt, rows } = build;
  return {
    relation: shownRelation(relation),
    node,
    kind: relationKind,
    target,
    built: startedAt,
    // Of an increment those that it brought: how many the table has, nobody counted.
    last_rows: rows ?? null,
    state: stateWord(entry),
  };
}

function list(screen: Screen, { output }: StateOptions, { relations }: Known, { adapter }: OpenTarget): void {
  const rows = relations.map(summary);
  if (output === 'json') return screen.data({ relations: rows });
  if (rows.length === 0) return screen.note('nothing is known yet');
  const type = adapter.dialect.typeName('text');
  const columns = Object.keys(rows[0] ?? {}).map((name) => ({ name, type }));
  screen.result(renderTable({ columns, rows: rows.map((row) => Object.values(row)) }, screen.resultStyle));
}

/** Relations of the nodes that are selected, or that are named themselves: `main.orders`. */
function choose(
  host: Host,
  screen: Screen,
  options: StateOptions,
  { loaded, known: { relations }, names }: { readonly loaded: LoadedGraph; readonly known: Known; readonly names: readonly string[] },
): readonly KnownRelation[] {
  const { dialect } = loaded.engine;
  const byName = new Map(relations.map((entry) => [shownRelation(entry.build.relation), entry]));
  const selectors = names.filter((name) => !byName.has(name));
  const chosen = new Set(names.flatMap((name) => byName.get(name) ?? []));
  if (selectors.length > 0) {
    const flags = { ...options, select: selectors, exclude: [], resourceType: ['model', 'seed', 'snapshot'], excludeResourceType: [] };
    const bySubject = new Map(relations.map((entry) => [buildSubject(entry.build.relation, dialect), entry]));
    for (const id of selectNodes(host, screen, loaded, flags)) {
      const node = loaded.graph.nodes.get(id);
      const found = node !== undefined && isBuilt(node) ? bySubject.get(buildSubject(node.relation, dialect)) : undefined;
      if (found !== undefined) chosen.add(found);
      else if (node !== undefined) screen.note(`nothing is known of ${node.name}`);
    }
  }
  return [...chosen];
}

function show(
  screen: Screen,
  { output }: StateOptions,
  { known: { state }, chosen }: { readonly known: Known; readonly chosen: readonly KnownRelation[] },
  { adapter }: OpenTarget,
): void {
  const details = chosen.map((entry) => {
    const { build } = entry;
    const subject = buildSubject(build.relation, adapter.dialect);
    const ledger = state.ledgers.find(({ relation }) => buildSubject(relation, adapter.dialect) === subject);
    return {
      ...summary(entry),
      run: build.runId,
      builds: build.ordinal,
      data_version: build.memory?.dataVersion ?? null,
      fingerprint: build.memory?.fingerprint ?? null,
      inputs: build.memory?.inputs ?? null,
      ...(ledger === undefined ? {} : { loaded: ledger.done.map(({ start, end }) => [iso(start), iso(end)]) }),
    };
  });
  if (output === 'json') return screen.data({ relations: details });
  for (const entry of details)
    screen.result(
      `${Object.entries(entry)
        .flatMap(([name, value]) => linesOf(name, value))
        .join('\n')}\n`,
    );
}

const iso = (time: number): string => new Date(time).toISOString();

type Shown = Cell | Readonly<Record<string, string>> | readonly (readonly string[])[];

function linesOf(name: string, value: Shown): readonly string[] {
  if (value === null || typeof value !== 'object') return [`${name.padEnd(12)}  ${value === null ? '–' : String(value)}`];
  // A list has no other keys than its places, so what is no list is a mapping.
  const parts = Array.isArray(value)
    ? (value as readonly (readonly string[])[]).map((range) => range.join(' – '))
    : Object.entries(value as Readonly<Record<string, string>>).map(([key, part]) => `${key}: ${part}`);
  return [name, ...parts.map((part) => `  ${part}`)];
}

interface Resetting {
  readonly open: OpenTarget;
  readonly loaded: LoadedGraph;
  readonly chosen: readonly KnownRelation[];
}

async function reset(host: Host, screen: Screen, options: StateOptions, { open, loaded, chosen }: Resetting): Promise<void> {
  const { adapter, connection } = open;
  const { project } = loaded;
  const id = randomUUID();
  const run = { id, command: 'state reset', target: project.target.name, txVersion: host.version, now: host.clock.now };
  if (chosen.length > 0)
    await recordRun(run, { ...open, schema: project.stateSchema }, async () => {
      for (const { build } of chosen)
        await resetRelation(build, {
          adapter,
          connection,
          stateSchema: project.stateSchema,
          lockTimeoutMs: lockTimeoutMs(options),
          run: { id, at: new Date(host.clock.now()).toISOString() },
        });
    });
  const names = chosen.map(({ build }) => shownRelation(build.relation));
  if (options.output === 'json') return screen.data({ reset: names });
  for (const name of names) screen.note(`${name}: forgotten; the next build makes it anew`);
}
