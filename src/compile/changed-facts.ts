/** Finds which facts of an earlier compile do not hold any more. */
import type { EarlierCompile } from './earlier.ts';
import type { Fact, FactKey, FactKind } from './fact.ts';
import { factKey, factStages } from './fact.ts';

export type FactStage = keyof typeof factStages;

/**
 * The facts of one stage that differ between what the files at `paths` gave earlier and what `given` are now:
 * those that are new, gone, or have another value.
 */
export function changedFacts(
  earlier: EarlierCompile,
  stage: FactStage,
  paths: readonly string[],
  given: readonly Fact[],
): readonly FactKey[] {
  const kinds: readonly FactKind[] = factStages[stage];
  const before = new Map<FactKey, string>();
  for (const path of paths)
    for (const { kind, name, json } of earlier.factsOf(path)) if (kinds.includes(kind)) before.set(factKey(kind, name), json);
  const changed: FactKey[] = [];
  for (const { kind, name, value } of given) {
    if (!kinds.includes(kind)) continue;
    const key = factKey(kind, name);
    const old = before.get(key);
    before.delete(key);
    if (old === undefined || old !== JSON.stringify(value)) changed.push(key);
  }
  return [...changed, ...before.keys()];
}
