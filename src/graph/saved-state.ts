/** What earlier runs left behind, as far as selectors ask for it: the port that reads it, and its parsed form. */
import type { NodeFacets } from './node-facets.ts';

export type SavedFileName = 'manifest.json' | 'run_results.json' | 'sources.json';

/** A file of an earlier run; `path` is as the user would write it. */
export type SavedFile =
  | { readonly kind: 'found'; readonly path: string; readonly text: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string };

/** Reads what selectors ask for, when they ask for it. */
export interface SavedFiles {
  /** From the folder of `--state`; undefined when none was given. */
  readonly fromState: ((name: SavedFileName) => SavedFile) | undefined;
  /** From the target folder of the project. */
  readonly fromTarget: (name: SavedFileName) => SavedFile;
}

/** A manifest, as far as nodes are compared with it. */
export interface SavedManifest {
  readonly nodes: ReadonlyMap<string, NodeFacets>;
  /** Text of each macro by its name. */
  readonly macros: ReadonlyMap<string, string>;
}

/** How each node ended, in the words of run_results.json. */
export type SavedResults = ReadonlyMap<string, string>;

/** When each source was last loaded, in milliseconds since 1970; undefined for a source whose check had an error. */
export type SavedFreshness = ReadonlyMap<string, number | undefined>;
