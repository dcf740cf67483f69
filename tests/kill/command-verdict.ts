/** Says what is wrong with production and an environment after a command died between them, and after it was given again. */
import { environment, foreignSchemas, readers } from './command-flows.ts';
import type { CommandFlow } from './command-flows.ts';
import type { Look } from './command-place.ts';
import type { Snapshot, StateRow } from './snapshot.ts';

export interface FlowBaseline {
  readonly before: Look;
  /** After the command that nobody killed. */
  readonly once: Look;
}

type Blame = (text: string) => void;

const text = (snapshot: Snapshot): string => JSON.stringify([[...snapshot.relations], [...snapshot.contents], snapshot.nodeRuns]);
const countOf = ({ nodeRuns }: Snapshot, of: (row: StateRow) => boolean): number => nodeRuns.filter(of).length;
const successes = (snapshot: Snapshot, relation: string): number =>
  countOf(snapshot, (row) => row.relation === relation && row.status === 'success');

/** What was to be published: these stand in the environment under the names of production, or with an ending. */
function publishedNames(flow: CommandFlow, { before }: FlowBaseline): readonly string[] {
  return [...before.environment.relations.keys()].map((name) => (flow.isApart ? name : name.replace(`__${environment}.`, '.')));
}

/** How many of the relations are as the command leaves them. */
export function progress(flow: CommandFlow, baseline: FlowBaseline, after: Look): number {
  if (flow.kind === 'drop') return baseline.before.environment.relations.size - after.environment.relations.size;
  return publishedNames(flow, baseline).filter((name) => successes(after.production, name) > successes(baseline.before.production, name))
    .length;
}

export function judgeDeath(flow: CommandFlow, baseline: FlowBaseline, after: Look): readonly string[] {
  const found: string[] = [];
  const blame: Blame = (what) => void found.push(what);
  for (const name of foreignSchemas) if (!after.schemas.includes(name)) blame(`schema ${name} is gone`);
  for (const orphan of after.production.orphans) blame(`${orphan} was left behind`);
  if (flow.kind === 'promote') judgePublished(flow, baseline, after, blame);
  else judgeDropped(baseline, after, blame);
  return found;
}

function judgePublished(flow: CommandFlow, baseline: FlowBaseline, { production, environment: env }: Look, blame: Blame): void {
  const { before, once } = baseline;
  if (text(env) !== text(before.environment)) blame('the environment is not as it was');
  const wanted = new Set(publishedNames(flow, baseline));
  for (const name of new Set([
    ...before.production.relations.keys(),
    ...once.production.relations.keys(),
    ...production.relations.keys(),
  ])) {
    const [old, now, next] = [before.production, production, once.production].map((each) => each.relations.get(name));
    if (now !== old && now !== next) blame(`${name} is neither old nor new: ${now}`);
    if (!wanted.has(name)) continue;
    const more = successes(production, name) - successes(before.production, name);
    if (old !== next && (now === next) !== (more === 1)) blame(`${name} is ${now === next ? 'new' : 'old'}, with ${more} builds on record`);
  }
  const isNew = (name: string): boolean => successes(production, name) > successes(before.production, name);
  for (const [reader, read] of readers) if (isNew(reader) && !isNew(read)) blame(`${reader} is new, but ${read} is not`);
}

/** Beside a relation, and of it: nobody's record tells of these. */
const beside = /__(?:deleted|quarantine)$/;

function judgeDropped({ before }: FlowBaseline, { production, environment: env }: Look, blame: Blame): void {
  if (text(production) !== text(before.production)) blame('production is not as it was');
  for (const [name, was] of before.environment.relations) {
    const now = env.relations.get(name);
    if (now !== undefined && now !== was) blame(`${name} is neither there nor gone: ${now}`);
    if (now !== undefined || env.versions === undefined || beside.test(name)) continue;
    if (countOf(env, (row) => row.relation === name && row.status === 'forgotten') !== 1)
      blame(`${name} is gone, and no record tells of it`);
  }
  for (const name of env.relations.keys()) {
    if (name.endsWith('__deleted') && !env.relations.has(name.replace(/__deleted$/, ''))) blame(`${name} stands without its owner`);
    if (!before.environment.relations.has(name)) blame(`${name} came from nowhere`);
    if (env.versions === undefined) blame(`${name} stands, and whose it is nobody knows`);
  }
}

/** After the same command again, and where that published, after the build and the drop that follow. */
export function judgeAgain(flow: CommandFlow, { before, once }: FlowBaseline, again: Look): readonly string[] {
  const found: string[] = [];
  const wanted = flow.kind === 'promote' ? once.production : before.production;
  for (const [name, content] of wanted.contents)
    if (again.production.contents.get(name) !== content) found.push(`${name} is ${again.production.contents.get(name)}, not ${content}`);
  for (const name of again.production.relations.keys()) if (!wanted.relations.has(name)) found.push(`${name} came from nowhere`);
  for (const orphan of again.production.orphans) found.push(`${orphan} was left behind`);
  return found;
}

export function judgeGone({ schemas, files, environment: env }: Look): readonly string[] {
  const left = [...schemas.filter((name) => !foreignSchemas.includes(name)), ...files, ...env.relations.keys()];
  const missing = foreignSchemas.filter((name) => !schemas.includes(name));
  return [...left.map((name) => `${name} of the environment was left`), ...missing.map((name) => `schema ${name} is gone`)];
}
