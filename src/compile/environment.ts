/** What all templates of a project share: variables and the target; and how a template finds macros and helpers. */
import type { Dialect } from '../adapter/dialect.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { Located, Project, YamlValue } from '../project/project.ts';
import type { Asker, Facts } from './facts.ts';
import { builtinNames } from './functions/builtins.ts';
import type { JsModules } from './js-modules.ts';
import type { Environment, JsFunction } from './session.ts';
import type { Value, ValueMap } from './values.ts';
import { fromYaml } from './values.ts';
import { valueOfFact } from './variable-fact.ts';

/** The part of an environment that is the same for every file. */
export interface SharedEnvironment extends Pick<Environment, 'projectName' | 'dialect' | 'lost' | 'vars' | 'target'> {
  readonly modules: JsModules;
  /** Names of built-ins that macros or helpers of the project stand before. */
  readonly shadowed: ReadonlySet<string>;
}

export interface EnvironmentInput {
  readonly project: Project;
  readonly dialect: Dialect;
  readonly flagVars: Readonly<Record<string, YamlValue>>;
  readonly facts: Facts;
  readonly modules: JsModules;
  readonly lost: Environment['lost'];
}

export function shareEnvironment(input: EnvironmentInput): SharedEnvironment {
  const { project, dialect, facts, modules, lost } = input;
  const { target } = project;
  const targetVars = plainVars(target.vars);
  return {
    projectName: project.name,
    dialect,
    modules,
    lost,
    shadowed: new Set([...builtinNames].filter((name) => isDefined(facts, name, dialect.engine))),
    vars: { ...plainVars(project.vars), ...targetVars, ...input.flagVars },
    target: {
      name: target.name,
      type: target.type,
      schema: target.schema,
      database: target.database,
      threads: target.threads,
      vars: targetVars,
    },
  };
}

function isDefined(facts: Facts, name: string, engine: string): boolean {
  return macroNames(name, engine).some((variant) => facts.get('macro', variant) !== undefined) || facts.get('helper', name) !== undefined;
}

function plainVars(vars: Readonly<Record<string, Located<YamlValue>>>): ValueMap {
  return Object.fromEntries(Object.entries(vars).map(([name, { value }]): [string, Value] => [name, fromYaml(value)]));
}

/** Names of the facts that may define a macro, the best first: the variant for the engine, then the general one. */
function macroNames(name: string, engine: string): readonly [string, string] {
  return [`${name}@${engine}`, `${name}@`];
}

/**
 * The environment of one file. Built-ins that nothing shadows are not looked for among macros and helpers:
 * every file uses them, and would have to note that it did.
 */
export class FileEnvironment implements Environment {
  readonly projectName: string;
  readonly dialect: Dialect;
  readonly lost: Environment['lost'];
  readonly vars: ValueMap;
  readonly target: ValueMap;
  readonly #asker: Asker;
  readonly #shared: SharedEnvironment;

  constructor(asker: Asker, shared: SharedEnvironment) {
    this.#asker = asker;
    this.#shared = shared;
    this.projectName = shared.projectName;
    this.dialect = shared.dialect;
    this.lost = shared.lost;
    this.vars = shared.vars;
    this.target = shared.target;
  }

  macro(name: string): MacroDefinition | undefined {
    if (this.#isBuiltin(name)) return undefined;
    const [own, general] = macroNames(name, this.dialect.engine);
    return this.#asker.get('macro', own) ?? this.#asker.get('macro', general);
  }

  helper(name: string): JsFunction | undefined {
    const exported = this.#isBuiltin(name) ? undefined : this.#asker.get('helper', name);
    if (exported === undefined) return undefined;
    if (exported.isFickle) this.#asker.isFickle = true;
    return this.#shared.modules.helper(name, exported.path);
  }

  variable(name: string): Value | undefined {
    if (Object.hasOwn(this.vars, name)) return this.vars[name];
    const fact = this.#asker.get('variable', name);
    return fact === undefined ? undefined : fromYaml(valueOfFact(fact));
  }

  variableNames(): readonly string[] {
    // A name may come that was never asked for.
    this.#asker.isFickle = true;
    return [...new Set([...Object.keys(this.vars), ...this.#asker.names('variable')])];
  }

  callableNames(): readonly string[] {
    const macros = this.#asker.names('macro').map((name) => name.slice(0, name.lastIndexOf('@')));
    return [...new Set(macros), ...this.#asker.names('helper')];
  }

  #isBuiltin(name: string): boolean {
    return builtinNames.has(name) && !this.#shared.shadowed.has(name);
  }
}
