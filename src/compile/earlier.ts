/** What compiling has to know of an earlier compile of the same project, so that it repeats only what may come out differently. */
import { bug } from '../diagnostics/bug.ts';
import type { FactKind, FactName } from './fact.ts';
import type { CompiledFile } from './compiled-file.ts';

/** A fact as it was kept. */
export interface KeptFact extends FactName {
  readonly json: string;
}

/** An earlier compile, seen from files that have changed since. Files that stay as they were are said to be kept. */
export interface EarlierCompile {
  /** There was none: everything is new. */
  readonly isEmpty: boolean;
  /** All kept files. */
  readonly files: () => Iterable<string>;
  /** The kept file that gives the fact. */
  readonly giver: (kind: FactKind, name: string) => string | undefined;
  /** The value of such a fact. */
  readonly json: (kind: FactKind, name: string) => string | undefined;
  /** The names of all facts of a kind that kept files give. */
  readonly names: (kind: FactKind) => Iterable<string>;
  /** The kept files that asked for the fact. */
  readonly askers: (kind: FactKind, name: string) => readonly string[];
  /** All facts that a file gave, kept or not. */
  readonly factsOf: (path: string) => readonly KeptFact[];
  /** Files that have changed or are gone. */
  readonly lost: readonly string[];
  /** Kept files that have to be compiled at every start. */
  readonly repeated: readonly string[];
  readonly file: (path: string) => CompiledFile;
  /** The text of a kept file. */
  readonly text: (path: string) => string;
  /** What property files described although it was not there. */
  readonly unused: readonly FactName[];
  /** The qualified names of tests in kept files that `isWanted` lets through. */
  readonly testNames: (isWanted: (path: string) => boolean) => Iterable<readonly string[]>;
}

/** Nothing was compiled before. */
export const nothingEarlier: EarlierCompile = {
  isEmpty: true,
  files: () => [],
  giver: () => undefined,
  json: () => undefined,
  names: () => [],
  askers: () => [],
  factsOf: () => [],
  lost: [],
  repeated: [],
  file: (path) => bug(`${path} was not compiled before`),
  text: (path) => bug(`no text of ${path} is kept`),
  unused: [],
  testNames: () => [],
};
