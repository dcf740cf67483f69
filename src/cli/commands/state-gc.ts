/** `tx state gc`: relations that nothing builds any more, and with `--yes` their end. */
import { randomUUID } from 'node:crypto';
import { plainLine } from '../../diagnostics/plain.ts';
import { dropRelations } from '../../execute/drop-relations.ts';
import type { DroppedRelation, DropOutcome } from '../../execute/drop-relations.ts';
import { recordRun } from '../../execute/recorded-run.ts';
import { renderTable } from '../../report/tables.ts';
import type { Host } from '../host.ts';
import { shownRelation } from '../known-relations.ts';
import type { Known, KnownRelation } from '../known-relations.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import type { OpenTarget } from '../ask-target.ts';
import type { StateOptions } from './state-options.ts';

interface Collecting {
  readonly loaded: LoadedGraph;
  readonly options: StateOptions;
  readonly known: Known;
}

/** What stands and is of no use any more. */
interface Garbage {
  readonly table: DroppedRelation;
  readonly built: string;
  /** Why it has to stay, if it has to. */
  readonly stays?: string;
  /** What it stands beside, if that goes with it. */
  readonly beside?: string;
}

/** What stands, was built for this target, and is built by no node any more. */
function findGarbage(relations: readonly KnownRelation[], target: string): readonly Garbage[] {
  return relations.flatMap((entry) => {
    if (entry.isBuilt || entry.existing === undefined || entry.target !== target) return [];
    const { relation, relationKind: kind, node, ordinal, startedAt: built } = entry.build;
    return [{ table: { relation, kind, node, ordinal }, built, ...because(whyItStays(entry)) }];
  });
}

/** What stands beside relations that were built for this target. */
function findBeside({ relations, neighbours }: Known, target: string): readonly Garbage[] {
  const owners = new Map(relations.map((entry) => [entry.build, entry]));
  return neighbours.flatMap(({ relation, owner: build, holds }) => {
    const owner = owners.get(build);
    if (owner === undefined || owner.target !== target) return [];
    const isOfModel = owner.isBuilt && holds === 'rows';
    const stays = isOfModel ? 'rows that its model may not have: drop it by hand' : whyItStays(owner);
    const beside = owner.isBuilt || owner.existing === undefined ? {} : { beside: shownRelation(build.relation) };
    return [{ table: { relation, kind: 'table' as const, node: build.node }, built: build.startedAt, ...because(stays), ...beside }];
  });
}

const because = (stays: string | undefined): Pick<Garbage, 'stays'> => (stays === undefined ? {} : { stays });

function whyItStays({ build, stands }: KnownRelation): string | undefined {
  if (build.node.startsWith('snapshot.')) return 'a history, which nothing can build again';
  return stands === 'altered' ? 'not as it was built: somebody else has changed it' : undefined;
}

export async function collectGarbage(host: Host, screen: Screen, open: OpenTarget, { loaded, options, known }: Collecting): Promise<void> {
  const target = loaded.project.target.name;
  const garbage = [...findGarbage(known.relations, target), ...findBeside(known, target)];
  if (options.yes !== true) return list(screen, options, open, garbage);
  const free = garbage.filter(({ stays }) => stays === undefined);
  const kept = garbage.flatMap(({ table: { relation }, stays: left }) => (left === undefined ? [] : [{ relation, left }]));
  const dropped = free.length === 0 ? [] : await drop(host, open, { loaded, options, free });
  showDropped(screen, options.output, [...dropped, ...kept]);
}

function list(screen: Screen, { output }: StateOptions, { adapter }: OpenTarget, garbage: readonly Garbage[]): void {
  const rows = garbage.map(({ table: { relation, kind, node }, built, stays }) => ({
    relation: shownRelation(relation),
    kind,
    node,
    built,
    stays: stays ?? null,
  }));
  if (output === 'json') return screen.data({ relations: rows });
  if (rows.length === 0) return screen.note('everything that was built is still built');
  const type = adapter.dialect.typeName('text');
  const names = ['relation', 'kind', 'node', 'built', 'stays'] as const;
  const columns = names.map((name) => ({ name, type }));
  screen.result(renderTable({ columns, rows: rows.map((row) => names.map((name) => row[name] ?? '–')) }, screen.resultStyle));
  screen.note('nothing was dropped; `tx state gc --yes` drops them');
}

async function drop(
  host: Host,
  open: OpenTarget,
  { loaded: { project }, options, free }: Omit<Collecting, 'known'> & { readonly free: readonly Garbage[] },
): Promise<readonly DropOutcome[]> {
  const id = randomUUID();
  const run = { id, command: 'state gc', target: project.target.name, txVersion: host.version, now: host.clock.now };
  const ports = {
    ...open,
    stateSchema: project.stateSchema,
    lockTimeoutMs: lockTimeoutMs(options),
    run: { id, at: new Date(host.clock.now()).toISOString(), reason: 'gc' },
  };
  return recordRun(run, { ...open, schema: project.stateSchema }, async () => {
    const tables = free.flatMap(({ table, beside: owner }): readonly DroppedRelation[] => {
      const own = shownRelation(table.relation);
      const beside = free.flatMap((other) => (other.beside === own ? [other.table.relation] : []));
      return owner === undefined ? [{ ...table, beside }] : [];
    });
    return dropRelations(tables, ports);
  });
}

/** Says of each relation what became of it; `file` is where they stand, if not beside those of the target. */
export function showDropped(screen: Screen, output: 'text' | 'json', outcomes: readonly DropOutcome[], file?: string): void {
  const dropped = outcomes.filter(({ left }) => left === undefined).map(({ relation }) => shownRelation(relation));
  const left = outcomes.flatMap(({ relation, left: because }) =>
    because === undefined ? [] : [{ relation: shownRelation(relation), because }],
  );
  if (output === 'json') return screen.data({ dropped, left });
  if (outcomes.length === 0) return screen.note('nothing to drop');
  const place = file === undefined ? '' : ` of ${plainLine(file)}`;
  for (const name of dropped) screen.note(`dropped ${name}${place}`);
  for (const { relation, because } of left) screen.note(`left ${relation}${place}: ${because}`);
}
