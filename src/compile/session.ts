/** The state of one rendering: whose text it is, what it may use, and what it has met so far. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Diagnostic, Note } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { CodeParams, DiagnosticCode } from '../diagnostics/registry.ts';
import type { Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { NodeId } from './compiled.ts';
import type { Failed, RelationValue, Value, ValueMap } from './values.ts';
import { failed } from './values.ts';

/** A function of a JavaScript file. */
export interface JsFunction {
  readonly name: string;
  readonly path: string;
  /** Calls it with template values; what goes wrong is reported. */
  readonly call: (invocation: JsInvocation) => Value | Failed;
}

export interface JsInvocation {
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  readonly session: Session;
  readonly span: Span;
}

/** How `ref`, `source` and their kin find what they name. */
export interface Resolver {
  readonly ref: (session: Session, request: RefRequest) => RelationValue | Failed;
  readonly source: (session: Session, request: SourceRequest) => RelationValue | Failed;
  /** The values that an `accepted_values` test of that column declares. */
  readonly acceptedValues: (id: NodeId, column: string) => readonly Value[] | undefined;
}

export interface RefRequest {
  readonly package: string | undefined;
  readonly name: string;
  readonly version: { readonly text: string; readonly span: Span } | undefined;
  readonly span: Span;
}

export interface SourceRequest {
  readonly source: string;
  readonly table: string;
  readonly span: Span;
}

/** Names without a definition; `any` where a file that did not load may have defined whatever is called. */
export interface LostNames {
  readonly any: boolean;
  readonly names: ReadonlySet<string>;
}

/** What every rendering of a project shares. */
export interface Environment {
  readonly projectName: string;
  readonly dialect: Dialect;
  macro(name: string): MacroDefinition | undefined;
  helper(name: string): JsFunction | undefined;
  /** For messages: the names of all macros and JavaScript helpers. */
  callableNames(): readonly string[];
  /** What has been reported as broken: that nobody can use it is no news. Sources, if a property file could not be understood. */
  readonly lost: LostNames & { readonly sources: boolean };
  /** Variables that the command line, the target or project.yaml sets. */
  readonly vars: ValueMap;
  /** The variable, set there or in a property file; undefined where nothing sets it. */
  variable(name: string): Value | undefined;
  /** The names of all variables. */
  variableNames(): readonly string[];
  readonly target: ValueMap;
}

export interface CallSite {
  readonly name: string;
  readonly span: Span;
}

/**
 * Most characters that one template may give, most steps that it may take (nodes, loop turns, and calls by what they look at),
 * and most items of one value.
 */
export const renderLimits = { output: 10 * 1024 * 1024, steps: 1_000_000, items: 1_000_000 } as const;

/** A call that looks at so many items counts as one step. */
const itemsPerStep = 16;

export class Session {
  readonly environment: Environment;
  readonly resolver: Resolver | undefined;
  /** Unique id of the node that is rendered, for diagnostics. */
  readonly node: NodeId | undefined;
  /** `{{this}}`; undefined where there is none. */
  readonly self: RelationValue | undefined;
  /** Undefined where the same text serves both kinds of run. */
  readonly isIncremental: boolean | undefined;
  /** Words for what is rendered, where it cannot use refs. */
  readonly place: string;
  /** Whether ephemeral models can be put in front of the text as CTEs. */
  readonly takesEphemerals: boolean;
  /** Whether SQL may be made here from the columns of other nodes. */
  readonly takesColumns: boolean;
  /** The names of a node's columns; undefined where they are not known yet. */
  readonly columnsOf: ((id: NodeId) => readonly string[]) | undefined;
  /** Nodes whose columns the template asked for in vain, and where. With any, the text is not the final one. */
  readonly asked = new Map<NodeId, Span>();
  readonly diagnostics: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];
  readonly dependencies = new Map<NodeId, Span>();
  readonly calls: CallSite[] = [];
  /** Macros and JavaScript helpers that were called, those inside macros too. */
  readonly macros = new Set<string>();
  /** `{{this}}` was used, in whatever way. */
  readsSelf = false;
  steps = 0;
  /** Set when a limit was hit: everything that is still running ends. */
  stopped = false;

  constructor(options: SessionOptions) {
    this.environment = options.environment;
    this.resolver = options.resolver;
    this.node = options.node;
    this.self = options.self;
    this.isIncremental = options.isIncremental;
    this.place = options.place;
    this.takesEphemerals = options.takesEphemerals ?? true;
    this.takesColumns = options.takesColumns ?? false;
    this.columnsOf = options.columnsOf;
  }

  /** Reports a problem; inside macros, notes say from where they were called. */
  report<C extends DiagnosticCode>(code: C, params: CodeParams<C>, span: Span, notes: readonly Note[] = []): Failed {
    const chain = this.calls.toReversed().map((call) => ({ message: `\`${call.name}\` is called here`, span: call.span }));
    this.diagnostics.push(diagnose(code, params, { span, node: this.node, notes: [...notes, ...chain] }));
    return failed;
  }

  /** Counts one step; false when the template takes too many. */
  step(span: Span): boolean {
    if (this.stopped) return false;
    this.steps += 1;
    return this.steps <= renderLimits.steps || this.stop('the template takes more steps', renderLimits.steps.toLocaleString('en'), span);
  }

  /** Counts what a call looked at and gave; false when that is too much. */
  charge(size: number, span: Span): boolean {
    if (this.stopped) return false;
    if (size > renderLimits.items) return this.stop('a value has more items', renderLimits.items.toLocaleString('en'), span);
    this.steps += Math.floor(size / itemsPerStep);
    return this.steps <= renderLimits.steps || this.stop('the template takes more steps', renderLimits.steps.toLocaleString('en'), span);
  }

  /** Checks the length of a text; false when it is too long. */
  fits(length: number, span: Span): boolean {
    if (this.stopped) return false;
    return length <= renderLimits.output || this.stop('the text is longer', `${renderLimits.output.toLocaleString('en')} characters`, span);
  }

  stop(what: string, limit: string, span: Span): false {
    this.stopped = true;
    this.report('template-limit', { what, limit }, span);
    return false;
  }
}

export interface SessionOptions {
  readonly environment: Environment;
  readonly resolver?: Resolver | undefined;
  readonly node?: NodeId | undefined;
  readonly self?: RelationValue | undefined;
  readonly isIncremental?: boolean | undefined;
  readonly place: string;
  readonly takesEphemerals?: boolean;
  readonly takesColumns?: boolean;
  readonly columnsOf?: ((id: NodeId) => readonly string[]) | undefined;
}
