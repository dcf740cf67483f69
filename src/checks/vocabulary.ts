/** All checks that `tx` knows, by every name that users may write. */
import type { CheckAlias, CheckDefinition } from './check-definition.ts';
import { aggregateChecks } from './kinds/aggregates.ts';
import { anomalyChecks } from './kinds/anomalies.ts';
import { columnsChecks } from './kinds/columns.ts';
import { formatChecks } from './kinds/formats.ts';
import { notNull, nullChecks } from './kinds/nulls.ts';
import { rangeChecks } from './kinds/ranges.ts';
import { recordChecks } from './kinds/records.ts';
import { relationships } from './kinds/relationships.ts';
import { acceptedValues, setChecks } from './kinds/sets.ts';
import { tableChecks } from './kinds/tables.ts';
import { textChecks } from './kinds/texts.ts';
import { unique, uniquenessChecks } from './kinds/uniqueness.ts';

/** The four that everybody knows come first. */
export const checkDefinitions: readonly CheckDefinition[] = [
  ...new Set([
    notNull,
    unique,
    acceptedValues,
    relationships,
    ...nullChecks,
    ...uniquenessChecks,
    ...setChecks,
    ...rangeChecks,
    ...textChecks,
    ...formatChecks,
    ...recordChecks,
    ...aggregateChecks,
    ...tableChecks,
    ...columnsChecks,
    ...anomalyChecks,
  ]),
];

/** A check and the name under which somebody asked for it. */
export interface NamedCheck {
  readonly definition: CheckDefinition;
  /** Absent under the check's own name. */
  readonly alias: CheckAlias | undefined;
}

function indexNames(): ReadonlyMap<string, NamedCheck> {
  const names = new Map<string, NamedCheck>();
  for (const definition of checkDefinitions) {
    for (const alias of definition.aliases) {
      const check = { definition, alias };
      names.set(`${alias.package}.${alias.name}`, check);
      names.set(alias.name, check);
    }
  }
  // Its own name is nobody else's alias.
  for (const definition of checkDefinitions) names.set(definition.name, { definition, alias: undefined });
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
  const canonical = checkDefinitions.map((definition) => definition.name);
  const own = new Set(canonical);
  return [...canonical, ...[...byName.keys()].filter((name) => !own.has(name))];
}
