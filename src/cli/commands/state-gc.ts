/** `tx state gc`: relations that nothing builds any more, and with `--yes` their end. */
import { randomUUID } from 'node:crypto';
import { dropRelations } from '../../execute/drop-relations.ts';
import type { DropOutcome } from '../../execute/drop-relations.ts';
import { recordRun } from '../../execute/recorded-run.ts';
import { renderTable } from '../../report/tables.ts';
import type { Host } from '../host.ts';
import { findDeletions } from '../find-deletions.ts';
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

/** What stands, was built for this target, and is built by no node any more; each with why it has to stay, if it has to. */
export function findGarbage(
  relations: readonly KnownRelation[],
  target: string,
): readonly (readonly [KnownRelation, string | undefined])[] {
  return relations.flatMap((entry) => {
    if (entry.isBuilt || entry.existing === undefined || entry.target !== target) return [];
    return [[entry, whyItStays(entry)] as const];
  });
}

function whyItStays({ build, stands }: KnownRelation): string | undefined {
  if (build.node.startsWith('snapshot.')) return 'a history, which nothing can build again';
  return stands === 'altered' ? 'not as it was built: somebody else has changed it' : undefined;
}

export async function collectGarbage(host: Host, screen: Screen, open: OpenTarget, { loaded, options, known }: Collecting): Promise<void> {
  const { project } = loaded;
  const garbage = findGarbage(known.relations, project.target.name);
  const free = garbage.flatMap(([entry, stays]) => (stays === undefined ? [entry] : []));
  const kept = garbage.flatMap(([{ build }, left]): readonly DropOutcome[] =>
    left === undefined ? [] : [{ relation: build.relation, left }],
  );
  if (options.yes !== true) return list(screen, options, open, garbage);
  const dropped = free.length === 0 ? [] : await drop(host, open, { loaded, options, free });
  showDropped(screen, options.output, [...dropped, ...kept]);
}

function list(screen: Screen, { output }: StateOptions, { adapter }: OpenTarget, garbage: ReturnType<typeof findGarbage>): void {
  const rows = garbage.map(([{ build }, stays]) => ({
    relation: shownRelation(build.relation),
    kind: build.relationKind,
    node: build.node,
    built: build.startedAt,
    stays: stays ?? null,
  }));
  if (output === 'json') return screen.data({ relations: rows });
  if (rows.length === 0) return screen.note('everything that was built is still built');
  const type = adapter.dialect.typeName('text');
  const names = ['relation', 'kind', 'node', 'built', 'stays'] as const;
  const columns = names.map((name) => ({ name, type }));
  screen.result(renderTable({ columns, rows: rows.map((row) => names.map((name) => row[name])) }, screen.resultStyle));
  screen.note('nothing was dropped; `tx state gc --yes` drops them');
}

async function drop(
  host: Host,
  open: OpenTarget,
  { loaded: { project }, options, free }: Omit<Collecting, 'known'> & { readonly free: readonly KnownRelation[] },
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
    const relations = free.map(({ build: { relation, relationKind: kind, node, ordinal } }) => ({ relation, kind, node, ordinal }));
    const outcomes = await dropRelations(relations, ports);
    const gone = new Set(outcomes.flatMap(({ relation, left }) => (left === undefined ? [shownRelation(relation)] : [])));
    // What was deleted from a table is of use only as long as that stands.
    const deletions = await findDeletions(
      open,
      relations.filter(({ relation }) => gone.has(shownRelation(relation))),
    );
    return [...outcomes, ...(await dropRelations(deletions, ports))];
  });
}

/** Says of each relation what became of it. */
export function showDropped(screen: Screen, output: 'text' | 'json', outcomes: readonly DropOutcome[]): void {
  const dropped = outcomes.filter(({ left }) => left === undefined).map(({ relation }) => shownRelation(relation));
  const left = outcomes.flatMap(({ relation, left: because }) =>
    because === undefined ? [] : [{ relation: shownRelation(relation), because }],
  );
  if (output === 'json') return screen.data({ dropped, left });
  if (outcomes.length === 0) return screen.note('nothing to drop');
  for (const name of dropped) screen.note(`dropped ${name}`);
  for (const { relation, because } of left) screen.note(`left ${relation}: ${because}`);
}
