/** Compiles the query of a model for a unit test: its relations are those that the test makes, its overrides hold. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { InlineInput } from './compile-inline.ts';
import { renderInline } from './compile-inline.ts';
import type { CompilePorts } from './compile-project.ts';
import type { CompiledText, CompiledUnitTest, NodeId } from './compiled.ts';
import { builtinNames } from './functions/builtins.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import type { Environment, JsFunction, RefRequest, Resolver, SourceRequest } from './session.ts';
import { Session } from './session.ts';
import type { Failed, RelationValue, Value, ValueMap } from './values.ts';
import { failed, fromYaml, relationValue } from './values.ts';

/** The SQL that stands for each relation that the test gives, the model itself among them. */
export type StandIns = ReadonlyMap<NodeId, string>;

export interface UnitTestText {
  /** Requests for columns may still be in it. */
  readonly text: CompiledText;
  /** Nodes whose columns decide what the query is, and are not known. With any, the text is of no use. */
  readonly asked: ReadonlyMap<NodeId, Span>;
  /** What the query read, by the place of the first mention. */
  readonly reads: ReadonlyMap<NodeId, Span>;
  readonly readsSelf: boolean;
}

/** Finds relations where the project does, and puts what the test made in their place. */
class StandInResolver implements Resolver {
  readonly #index: Resolver;
  readonly #standIns: StandIns;

  constructor(index: Resolver, standIns: StandIns) {
    this.#index = index;
    this.#standIns = standIns;
  }

  ref(session: Session, request: RefRequest): RelationValue | Failed {
    return this.#replace(this.#index.ref(session, request));
  }

  source(session: Session, request: SourceRequest): RelationValue | Failed {
    return this.#replace(this.#index.source(session, request));
  }

  acceptedValues(id: NodeId, column: string): readonly Value[] | undefined {
    return this.#index.acceptedValues(id, column);
  }

  #replace(found: RelationValue | Failed): RelationValue | Failed {
    if (found === failed) return failed;
    const sql = this.#standIns.get(found.id);
    return sql === undefined ? found : relationValue(sql, found.id);
  }
}

/** An environment with other variables, and with macros that give what the test says. */
class OverriddenEnvironment implements Environment {
  readonly projectName: string;
  readonly dialect: Environment['dialect'];
  readonly lost: Environment['lost'];
  readonly vars: ValueMap;
  readonly target: ValueMap;
  readonly #base: Environment;
  readonly #macros: CompiledUnitTest['overrides']['macros'];

  constructor(base: Environment, { vars, macros }: CompiledUnitTest['overrides']) {
    this.projectName = base.projectName;
    this.dialect = base.dialect;
    this.lost = base.lost;
    this.target = base.target;
    this.vars = { ...base.vars, ...Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, fromYaml(value)])) };
    this.#base = base;
    this.#macros = macros;
  }

  macro(name: string): MacroDefinition | undefined {
    return Object.hasOwn(this.#macros, name) ? undefined : this.#base.macro(name);
  }

  helper(name: string): JsFunction | undefined {
    const override = Object.hasOwn(this.#macros, name) ? this.#macros[name] : undefined;
    if (override === undefined) return this.#base.helper(name);
    return { name, path: override.span.path, call: () => fromYaml(override.value) };
  }

  variable(name: string): Value | undefined {
    return Object.hasOwn(this.vars, name) ? this.vars[name] : this.#base.variable(name);
  }

  variableNames(): readonly string[] {
    return [...new Set([...Object.keys(this.vars), ...this.#base.variableNames()])];
  }

  callableNames(): readonly string[] {
    return this.#base.callableNames();
  }
}

export interface UnitTestRendering {
  readonly definition: CompiledUnitTest;
  readonly standIns: StandIns;
  /** The names of a node's columns, where they are known. */
  readonly columnsOf?: ((id: NodeId) => readonly string[]) | undefined;
}

/** Renders the file of the model that `test` looks at. Slots are still in the text. */
export function compileUnitTest(
  source: SourceFile,
  test: UnitTestRendering,
  input: InlineInput,
  ports: CompilePorts,
): Promise<Outcome<UnitTestText>> {
  const { definition, standIns, columnsOf } = test;
  const { model, overrides } = definition;
  return renderInline(source, input, ports, ({ template, environment, index }) => {
    const self = standIns.get(model);
    const session = new Session({
      environment: new OverriddenEnvironment(environment, overrides),
      resolver: new StandInResolver(index, standIns),
      node: model,
      self: self === undefined ? undefined : relationValue(self, model),
      isIncremental: overrides.isIncremental,
      place: 'a unit test without `this` among its inputs',
      takesColumns: true,
      columnsOf,
    });
    const rendered = renderTemplate(template, session);
    const problems = [...session.diagnostics, ...unknownMacros(definition, environment)];
    const finished = problems.length > 0 ? { text: rendered, diagnostics: problems } : finishQuery(rendered, owner(source, model));
    const { asked, dependencies: reads, readsSelf } = session;
    const value: UnitTestText = { text: finished.text, asked, reads, readsSelf };
    return { value, diagnostics: finished.diagnostics.map((entry) => ({ ...entry, node: definition.id })) };
  });
}

function owner({ path }: SourceFile, node: NodeId): Parameters<typeof finishQuery>[1] {
  return { what: 'a model', node, path };
}

function unknownMacros({ overrides }: CompiledUnitTest, environment: Environment): readonly Diagnostic[] {
  return Object.entries(overrides.macros).flatMap(([name, { span }]) => {
    if (environment.macro(name) !== undefined || environment.helper(name) !== undefined || builtinNames.has(name)) return [];
    return [diagnose('unit-test-macro', { name, known: [...environment.callableNames(), ...builtinNames] }, { span })];
  });
}
