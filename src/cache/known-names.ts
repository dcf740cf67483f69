/** The names that the last command left behind: what a shell offers while the user types, without looking at any file of the project. */
import type { FileSystem } from '../project/file-system.ts';
import { CacheDamaged } from './damaged.ts';
import { cacheFolder } from './known-project.ts';
import { Segments } from './segments.ts';
import { openSlot, usualLimits } from './slot.ts';
import { Store } from './store.ts';
import { shownName } from '../graph/shown-name.ts';

export interface KnownNames {
  readonly models: readonly string[];
  readonly seeds: readonly string[];
  readonly snapshots: readonly string[];
  /** With the name of what they belong to: `raw.orders`. */
  readonly sources: readonly string[];
  readonly exposures: readonly string[];
  readonly unitTests: readonly string[];
  readonly groups: readonly string[];
  readonly selectors: readonly string[];
  readonly tags: readonly string[];
  /** Files of models. */
  readonly paths: readonly string[];
}

const suffix = '.columns';

/** Names of the project in `root`; undefined where no command of this `build` has left any, or where they cannot be read. */
export function readKnownNames(
  files: FileSystem,
  place: { readonly root: string; readonly target: string },
  build: string,
): KnownNames | undefined {
  const folder = cacheFolder(place.root, place.target);
  const name = latestSlot(files, folder);
  if (name === undefined) return undefined;
  const opened = openSlot({ files, folder, name, build, limits: usualLimits });
  if (opened === undefined) return undefined;
  const store = new Store(opened.notes.project, new Segments(opened.segments), opened.columns);
  try {
    return namesOf(store);
  } catch (cause) {
    if (cause instanceof CacheDamaged) return undefined;
    throw cause;
  } finally {
    opened.columns.close();
    store.segments.close();
  }
}

/** Targets and sets of variables have a slot each, with nearly the same names in all of them. */
function latestSlot(files: FileSystem, folder: string): string | undefined {
  if (files.stat(folder)?.kind !== 'directory') return undefined;
  let latest: { readonly name: string; readonly time: number } | undefined;
  for (const { name } of files.list(folder)) {
    if (!name.endsWith(suffix)) continue;
    const time = files.stat(`${folder}/${name}`)?.mtimeMs ?? 0;
    if (latest === undefined || time > latest.time) latest = { name, time };
  }
  return latest?.name.slice(0, -suffix.length);
}

function namesOf({ nodes, views, facts, files }: Store): KnownNames {
  const models: string[] = [];
  const seeds: string[] = [];
  const snapshots: string[] = [];
  const sources: string[] = [];
  const paths: string[] = [];
  const tags = new Set<string>();
  for (let row = 0; row < nodes.nodes.count; row += 1) {
    const kind = nodes.kindOf(row);
    if (nodes.isGone(row) || kind === 'test' || kind === 'other') continue;
    const node = views.get(row);
    for (const tag of node.tags) tags.add(tag);
    if (node.resourceType === 'source') sources.push(shownName(node));
    else if (node.resourceType === 'seed') seeds.push(node.name);
    else if (node.resourceType === 'snapshot') snapshots.push(node.name);
    else {
      models.push(node.name);
      paths.push(node.path);
    }
  }
  const factNames = (kind: 'exposure' | 'unit-test' | 'group' | 'selector-name'): readonly string[] =>
    facts.namesOf(kind, (row) => !files.isGone(row));
  return {
    models,
    seeds,
    snapshots,
    sources,
    paths,
    tags: [...tags],
    exposures: factNames('exposure'),
    unitTests: factNames('unit-test'),
    groups: factNames('group'),
    selectors: factNames('selector-name'),
  };
}
