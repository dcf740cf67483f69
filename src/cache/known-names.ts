/** The names that the last command left behind: what a shell offers while the user types, without looking at any file of the project. */
import type { FileSystem } from '../project/file-system.ts';
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

/** Names that are read as they are asked for, until they are closed: who types waits for each part that is read for nothing. */
export interface OpenNames {
  /** A `CacheDamaged` is thrown where they cannot be read. */
  readonly names: KnownNames;
  readonly close: () => void;
}

/** Names of the project in `root`; undefined where no command of this `build` has left any. */
export function openKnownNames(
  files: FileSystem,
  place: { readonly root: string; readonly target: string },
  build: string,
): OpenNames | undefined {
  const folder = cacheFolder(place.root, place.target);
  const name = latestSlot(files, folder);
  if (name === undefined) return undefined;
  const opened = openSlot({ files, folder, name, build, limits: usualLimits });
  if (opened === undefined) return undefined;
  const store = new Store(opened.notes.project, new Segments(opened.segments), opened.columns);
  return {
    names: namesOf(store),
    close: () => {
      opened.columns.close();
      store.segments.close();
    },
  };
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
  type View = ReturnType<typeof views.get>;
  let known: readonly View[] | undefined;
  const all = (): readonly View[] => {
    if (known !== undefined) return known;
    const found: View[] = [];
    for (let row = 0; row < nodes.nodes.count; row += 1) {
      const kind = nodes.kindOf(row);
      if (!nodes.isGone(row) && kind !== 'test' && kind !== 'other') found.push(views.get(row));
    }
    known = found;
    return found;
  };
  const of = (type: View['resourceType']): readonly View[] => all().filter(({ resourceType }) => resourceType === type);
  const factNames = (kind: 'exposure' | 'unit-test' | 'group' | 'selector-name'): readonly string[] =>
    facts.namesOf(kind, (row) => !files.isGone(row));
  return {
    get models() {
      return of('model').map(({ name }) => name);
    },
    get seeds() {
      return of('seed').map(({ name }) => name);
    },
    get snapshots() {
      return of('snapshot').map(({ name }) => name);
    },
    get sources() {
      return of('source').map(shownName);
    },
    get paths() {
      return of('model').map(({ path }) => path);
    },
    get tags() {
      return [...new Set(all().flatMap(({ tags }) => tags))];
    },
    get exposures() {
      return factNames('exposure');
    },
    get unitTests() {
      return factNames('unit-test');
    },
    get groups() {
      return factNames('group');
    },
    get selectors() {
      return factNames('selector-name');
    },
  };
}
