/** Finds what stands and what is remembered of a relation by its name, in every spelling that the engine takes for the same. */
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { RecordedBuild, RecordedLedger } from '../state/state-reader.ts';
import type { Standing } from './build-context.ts';
import type { PlanInput } from './plan-input.ts';

export function indexStanding(input: Pick<PlanInput, 'dialect' | 'catalog' | 'state'>): Standing {
  const key = (relation: Relation): string =>
    `${input.dialect.foldIdentifier(relation.schema)}\n${input.dialect.foldIdentifier(relation.name)}`;
  const catalog = new Map<string, CatalogRelation>(input.catalog.map((entry) => [key(entry.relation), entry]));
  const recorded = new Map<string, RecordedBuild>(input.state.builds.map((entry) => [key(entry.relation), entry]));
  const ledgers = new Map<string, RecordedLedger>(input.state.ledgers.map((entry) => [key(entry.relation), entry]));
  const forgotten = new Map<string, number>(input.state.forgotten.map((entry) => [key(entry.relation), entry.ordinal]));
  // Nothing is known of what stands in another database.
  const here = <T>(found: ReadonlyMap<string, T>, relation: Relation): T | undefined =>
    relation.database === undefined ? found.get(key(relation)) : undefined;
  return {
    existing: (relation) => here(catalog, relation),
    recorded: (relation) => here(recorded, relation),
    ordinal: (relation) => here(recorded, relation)?.ordinal ?? here(forgotten, relation) ?? 0,
    ledger: (relation) => here(ledgers, relation),
  };
}
