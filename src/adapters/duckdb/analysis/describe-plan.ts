/** What the plan of a wrapped query says about it, as plain data. */
import type { BoundQuery, TypeMisfit } from '../../../adapter/analysis.ts';
import { noLineage } from '../../../adapter/lineage/column-lineage.ts';
import { describeQuery } from '../../../adapter/lineage/describe-query.ts';
import { createInputTable } from '../../../adapter/lineage/input-table.ts';
import { columnAt } from '../../../adapter/lineage/row-flow.ts';
import { utf16Offset } from '../errors.ts';
import type { BindContext } from './bind-context.ts';
import { impossibleText } from './impossible-casts.ts';
import { duplicatedNames, outputColumns } from './output-columns.ts';
import { isNone, typeOf } from './plan.ts';
import type { Cast } from './plan.ts';
import { referredExpression, wrapperLength } from './read-plans.ts';
import type { QueryPlan } from './read-plans.ts';
import { traceLineage } from './trace-lineage.ts';
import { traceMeaning } from './trace-meaning.ts';

/** `sql` is the text that was bound, before it was wrapped. */
export function describePlan(plan: QueryPlan, sql: string, { registry, spell }: BindContext, { meaning = false } = {}): BoundQuery {
  const inputs = createInputTable();
  const referred = { ...plan, expressions: plan.expressions.map(referredExpression) };
  const { flow, opaque, casts } = traceLineage(referred, { inputs, origin: registry.origin });
  const columns = outputColumns(plan, spell);
  const nameAt = (at: number): string => columns[at]?.name ?? '';
  const told = meaning ? traceMeaning(plan, registry.origin) : undefined;
  const query = describeQuery({
    columns,
    lineages: columns.map((_, at) => columnAt(flow, at) ?? noLineage),
    duplicates: duplicatedNames(plan, columns),
    influences: flow.influences,
    inputs,
    proofs: {
      notNull: columns.filter((_, at) => flow.columns[at]?.notNull === true).map(({ name }) => name),
      unique: flow.keys.map((key) => key.map(nameAt)),
    },
    misfits: [...casts].map((cast) => misfitOf(cast, sql, spell)),
    opaque,
  });
  return told === undefined ? query : { ...query, meaning: told };
}

function misfitOf(cast: Cast, sql: string, spell: BindContext['spell']): TypeMisfit {
  const value = impossibleText(cast);
  const { query_location: at } = value === undefined || cast.child.expression_class !== 'BOUND_CONSTANT' ? cast : cast.child;
  const position = at === undefined || isNone(at) || at < wrapperLength ? undefined : utf16Offset(sql, at - wrapperLength, 'byte');
  return {
    from: spell(typeOf(cast.child)),
    to: spell(cast.return_type),
    ...(position === undefined ? {} : { position }),
    ...(value === undefined ? {} : { value }),
  };
}
