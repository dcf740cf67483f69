/** A project as it stands on disk: its settings, and which files it has. */
import type { TargetSettings } from '../adapter/adapter.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import type { IndirectSelection } from './indirect-selection.ts';

/** A YAML value with plain JavaScript types. Numbers keep their spelling through {@link YamlNumber}. */
export type YamlValue = string | number | boolean | null | YamlNumber | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** A number whose spelling in YAML differs from JavaScript's (`1.10`): prints as written, compares as a number. */
export interface YamlNumber {
  readonly yamlNumber: number;
  readonly text: string;
}

/** A value and the place where the user wrote it. */
export interface Located<T> {
  readonly value: T;
  readonly span: Span;
  /** Places inside the value, by key or by position, where somebody has to point at one of them. */
  readonly parts?: Readonly<Record<string, Span>>;
}

export type FileKind = 'model' | 'properties' | 'macro' | 'js-macro' | 'seed' | 'singular-test' | 'fixture' | 'docs';

/** A file that `tx` knows what to do with. `path` is relative to the root, with `/`. */
export interface ProjectFile {
  readonly kind: FileKind;
  readonly path: string;
  /** The configured folder it was found under, e.g. `models`. */
  readonly base: string;
}

/** A file with its text, decoded as UTF-8 without byte order mark. Seeds are never read so. */
export interface ProjectSource extends ProjectFile, SourceFile {}

/**
 * One folder of a config tree in project.yaml: `config` holds the keys set here (with or without `+`),
 * `folders` the folders below, by name.
 */
export interface ConfigTree {
  readonly config: Readonly<Record<string, Located<YamlValue>>>;
  readonly folders: Readonly<Record<string, ConfigTree>>;
  readonly span: Span;
}

/** A hook: SQL template text, and whether it runs inside the model's transaction. */
export interface Hook {
  readonly sql: string;
  readonly transaction: boolean;
  readonly span: Span;
}

/** The target chosen for this run. */
export interface Target extends TargetSettings {
  /** Its name in project.yaml. */
  readonly span: Span;
  /** `database:`, else the name that `url` or `path` gives it; empty when none does. */
  readonly database: string;
  readonly schemaNaming: 'suffix' | 'plain';
  /** Where `schema` stands. */
  readonly schemaSpan?: Span;
  /** The environment that is built here instead of the target itself; `schema` is its own. */
  readonly env?: TargetEnvironment;
  /** The target's own variables, with the flags that name one of them laid over. */
  readonly vars: Readonly<Record<string, Located<YamlValue>>>;
}

/** A copy of the target under a name: schemas of its own, and only what differs from the target. */
export interface TargetEnvironment {
  readonly name: string;
  /** What each schema of the target has behind its name here. */
  readonly suffix: string;
  /** The schema of the target itself. */
  readonly schema: string;
  /** The target itself, where the environment has a database of its own and reads that one beside it. */
  readonly apart?: Target;
}

export interface ProjectPaths {
  readonly models: readonly string[];
  readonly macros: readonly string[];
  readonly seeds: readonly string[];
  readonly tests: readonly string[];
  readonly docs: readonly string[];
  readonly snapshots: readonly string[];
  readonly target: string;
}

export interface Project {
  readonly name: string;
  /** `version:` as the user wrote it; says nothing to `tx` itself. */
  readonly version?: string;
  /** Absolute folder. The only absolute path in the whole structure; never printed, never stored. */
  readonly root: string;
  /** `project.yaml` itself. */
  readonly file: SourceFile;
  readonly target: Target;
  readonly targetNames: readonly string[];
  readonly paths: ProjectPaths;
  readonly stateSchema: string;
  /** Where it is given, if it is. */
  readonly stateSchemaSpan?: Span;
  /** Which tests come along with their nodes where no flag says so. */
  readonly indirectSelection?: IndirectSelection;
  /** The variables in force: flags over the target's over the project's. */
  readonly vars: Readonly<Record<string, Located<YamlValue>>>;
  readonly configTrees: Readonly<Partial<Record<'models' | 'seeds' | 'snapshots' | 'tests', ConfigTree>>>;
  readonly onRunStart: readonly Hook[];
  readonly onRunEnd: readonly Hook[];
  /** Every file but seeds, in the order in which they are understood. */
  readonly files: readonly ProjectFile[];
  readonly seeds: readonly ProjectFile[];
  /** Text that must never be printed: values that reached a target from the environment, passwords in URLs. */
  readonly secrets: readonly string[];
}
