/** Plans the partitions of a table that is divided: by what, and whether what stands can be filled as it is. */
import type { DeclaredPartitions } from '../adapter/declared-partitions.ts';
import type { CatalogRelation } from '../adapter/relation.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { BuildContext } from './build-context.ts';
import { granularityPart } from './fingerprint.ts';
import type { PlanInput } from './plan-input.ts';

/** Undefined where the model asks for none, or the engine knows none: then partitions are a matter of rows alone. */
export function declaredPartitions({ capabilities }: PlanInput, { config }: CompiledModel): DeclaredPartitions | undefined {
  const { partitionBy: [column] = [], partitionGranularity: granularity, storage } = config;
  if (column === undefined || granularity === undefined || !capabilities.features.declaredPartitions) return undefined;
  return { column, granularity, ...(storage?.unlogged === true && capabilities.features.unlogged ? { unlogged: true } : {}) };
}

/**
 * Refuses keys that no divided table can have, and to bring an increment into a table that is divided in another way than the model
 * asks for. `existing` is the table that an increment comes to.
 */
export function checkDivision(context: BuildContext, model: CompiledModel, existing: CatalogRelation | undefined): boolean {
  const declared = declaredPartitions(context.input, model);
  return (declared === undefined || checkKeys(context, model, declared)) && checkStanding(context, model, declared, existing);
}

/** Rows of different partitions are never compared. */
function checkKeys({ input, report }: BuildContext, model: CompiledModel, { column }: DeclaredPartitions): boolean {
  const fold = input.dialect.foldIdentifier;
  const lacks = (columns: readonly string[]): boolean => !columns.some((name) => fold(name) === fold(column));
  const constraint = model.constraints.find(({ type, columns }) => (type === 'primary_key' || type === 'unique') && lacks(columns));
  const index = model.config.storage?.indexes?.find(({ unique, columns }) => unique && lacks(columns));
  const found = constraint ?? index;
  if (found === undefined) return true;
  const what = constraint === undefined ? 'unique index' : constraint.type === 'unique' ? 'unique constraint' : 'primary key';
  const span = constraint?.span ?? model.rawConfig['indexes']?.span;
  const { engine } = input.target;
  report(diagnose('partition-not-in-key', { what, columns: found.columns, column, engine }, { node: model.id, span }));
  return false;
}

function checkStanding(
  { input, standing, report }: BuildContext,
  model: CompiledModel,
  declared: DeclaredPartitions | undefined,
  existing: CatalogRelation | undefined,
): boolean {
  if (existing === undefined || !input.capabilities.features.declaredPartitions) return true;
  const recorded = standing.recorded(model.relation)?.memory?.fingerprint[granularityPart];
  if (fits(existing, declared, recorded)) return true;
  const key = model.rawConfig['partition_granularity'] ?? model.rawConfig['partition_by'];
  const { schema, name } = model.relation;
  report(
    diagnose(
      'partitions-differ',
      {
        relation: `${schema}.${name}`,
        stands: existing.division === undefined ? undefined : describe(existing.division, recorded),
        wanted: declared === undefined ? undefined : describe(declared, declared.granularity),
        isKept: model.config.fullRefresh === false,
      },
      { node: model.id, span: key?.span ?? model.rawConfig['incremental_strategy']?.span ?? { path: model.path, start: 0, end: 0 } },
    ),
  );
  return false;
}

/** A table that somebody else has divided is left to them: a model that does not ask for partitions fills it as it would any other. */
function fits({ division }: CatalogRelation, declared: DeclaredPartitions | undefined, recorded: string | undefined): boolean {
  if (declared === undefined) return division === undefined || recorded === undefined;
  if (division === undefined || division === 'unknown' || division.column !== declared.column) return false;
  if ((division.strategy === 'list') !== (declared.granularity === 'value')) return false;
  return recorded === undefined || recorded === declared.granularity;
}

function describe(division: { readonly column: string } | 'unknown', granularity: string | undefined): string {
  if (division === 'unknown') return 'in a way of its own';
  return `by ${granularity === undefined ? '' : `the ${granularity} of `}\`${division.column}\``;
}
