/** All checks that `tx` knows, by every name that users may write. */
import type { CheckAlias, CheckDefinition } from './check-definition.ts';
import { acceptedValues } from './kinds/accepted-values.ts';
import { notNull } from './kinds/not-null.ts';
import { relationships } from './kinds/relationships.ts';
import { unique } from './kinds/unique.ts';

const definitions: readonly CheckDefinition[] = [notNull, unique, acceptedValues, relationships];

/** A check and the name under which somebody asked for it. */
export interface NamedCheck {
  readonly definition: CheckDefinition;
  /** Canonical argument by the name it has under this name of the check. */
  readonly renamed: CheckAlias['renamed'];
}

function indexNames(): ReadonlyMap<string, NamedCheck> {
  const names = new Map<string, NamedCheck>();
  for (const definition of definitions) {
    for (const { package: prefix, name, renamed } of definition.aliases) {
      const check = { definition, renamed };
      names.set(`${prefix}.${name}`, check);
      names.set(name, check);
    }
    names.set(definition.name, { definition, renamed: {} });
  }
  return names;
}

const byName = indexNames();

/** The check of this name with what its arguments are called under it, or undefined when nobody knows the name. */
export function findNamedCheck(name: string): NamedCheck | undefined {
  return byName.get(name);
}

/** The check of this name, canonical or an alias, e.g. `unique`, `dbt.unique`. */
export function findCheck(name: string): CheckDefinition | undefined {
  return byName.get(name)?.definition;
}

/** Every name that {@link findCheck} knows, canonical names first. */
export function checkNames(): readonly string[] {
  const canonical = definitions.map((definition) => definition.name);
  const others = [...byName.keys()].filter((name) => !canonical.includes(name));
  return [...canonical, ...others];
}
