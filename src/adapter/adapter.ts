/** The whole of an engine: what every other folder may know of it. */
import type { Analyzer, Binder, BinderOptions } from './analysis.ts';
import type { Capabilities } from './capabilities.ts';
import type { Catalog, Cell, Connection, Session } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { OperationRenderers } from './operation.ts';
import type { Reach } from './reach.ts';
import type { Statement } from './statement.ts';

/** What is wrong with one of the engine's own keys of a target. */
export interface SettingProblem {
  readonly key: string;
  readonly message: string;
}

/** What a target says, checked and with its `${NAME}` resolved; `settings` are the engine's own keys. */
export interface TargetSettings {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
  readonly threads: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface OpenOptions {
  readonly target: TargetSettings;
  /** Absolute folder of the project: relative paths of targets and of files in SQL start here. */
  readonly projectRoot: string;
  /** Most connections that will be open at once. */
  readonly connections: number;
  /** Read and never write; lets other readers in where the engine can. */
  readonly readOnly: boolean;
  /** Other databases that statements read. */
  readonly attached?: readonly AttachedDatabase[];
}

/** A database that is read beside the target, under a name of its own, and never written. */
export interface AttachedDatabase {
  readonly name: string;
  /** Where it is, as the engine finds it. */
  readonly location: string;
  /** The same as the user wrote it. */
  readonly description: string;
}

export interface Adapter {
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly operations: OperationRenderers;
  readonly catalog: Catalog;
  readonly open: (options: OpenOptions) => Promise<Session>;
  /**
   * How the database of `other`, a target of the same engine, is read beside that of the target; undefined where both are one.
   * Its name is none of `taken`. Absent where the engine reads no database beside the target.
   */
  readonly attachment?: (
    other: TargetSettings,
    options: Pick<OpenOptions, 'target' | 'projectRoot'>,
    taken: readonly string[],
  ) => AttachedDatabase | undefined;
  /**
   * How a session of `mine`, which reads `attached` beside it, reads the database of `other`, a target of the same engine;
   * undefined where it cannot.
   */
  readonly reach: (
    mine: TargetSettings,
    other: TargetSettings,
    projectRoot: string,
    attached?: AttachedDatabase,
  ) => Promise<Reach | undefined> | Reach | undefined;
  /**
   * The rows of a query in parts of at most so many, of which one is in memory at a time. Absent where whatever can be compared
   * is within reach.
   */
  readonly readInParts?: (connection: Connection, query: Statement, most: number) => AsyncIterable<readonly (readonly Cell[])[]>;
  readonly openAnalyzer: () => Promise<Analyzer>;
  /** Absent when the engine offers nothing to bind queries with: columns are then unknown. */
  readonly openBinder?: (options: BinderOptions) => Promise<Binder>;
  /**
   * The same with the target's own help, where `openBinder` is absent: the target must be there. Nothing of it is seen by
   * others, and nothing is left behind.
   */
  readonly openTargetBinder?: (options: OpenOptions) => Promise<Binder>;
  /** What tells columns where `openBinder` is absent and the target cannot be asked. */
  readonly offline?: OfflineBinder;
}

/** A package that stands for the engine, and that whoever wants it installs. */
export interface OfflineBinder {
  readonly packageName: string;
  /** Its version; undefined where it is installed neither beside `tx` nor in the project. */
  readonly version: (projectRoot: string) => string | undefined;
  /** Functions and types that somebody made in the target are not there. Names without a schema are looked for in `schema`. */
  readonly openBinder: (options: BinderOptions & { readonly schema: string }) => Promise<Binder>;
}

/**
 * An engine before its driver is loaded: enough to check targets and to compile.
 * `checkSettings` names what is wrong with the engine's own keys of a target.
 */
export interface Engine {
  readonly type: string;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly settingKeys: readonly string[];
  readonly requiredSettings: readonly string[];
  readonly checkSettings: (settings: Readonly<Record<string, unknown>>) => readonly SettingProblem[];
  /** Variables of the environment that the engine reads by itself, and whose values nobody may see. */
  readonly secretVariables?: readonly string[];
  readonly load: () => Promise<Adapter>;
}
