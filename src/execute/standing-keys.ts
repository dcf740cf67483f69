/** Holds the keys that an increment brings against those of rows that stand in the table and stay there. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import { clashQuery, wrongKeysQuery } from '../checks/partition-sql.ts';
import { askedRules, rowsToDivide, rulesOf } from './division.ts';
import type { Divided, DivisionTools, Quarantine } from './division.ts';
import { queryRows } from './perform.ts';
import { outcomeOf } from './run-audit.ts';
import type { TestOutcome } from './run-audit.ts';

/** SQL of the published rows whose keys staged ones must not have, where that has to be looked at. */
export async function findPublished(
  context: DivisionTools,
  step: Divided,
  action: Quarantine,
  tests: readonly TestOutcome[],
): Promise<string | undefined> {
  const { among, published } = action;
  const { dialect, catalog } = context.ports.adapter;
  const alias = dialect.quoteIdentifier(step.relation.name);
  if (published !== undefined) return `${dialect.relation(published)} as ${alias}`;
  if (among === undefined) return undefined;
  const columns = await catalog.columns(context.connection, action.stage, action.stage.schema === dialect.temporarySchema);
  const standing = await catalog.columns(context.connection, among.relation, false);
  const rows = `${unreplacedRows(dialect, action.stage, among, { columns, standing })} as ${alias}`;
  const rules = new Set<string>(action.rules.map(({ test }) => test));
  // Where rows are moved anyway they are seen among the others.
  if (tests.some(({ id, failures }) => rules.has(id) && failures > 0)) return rows;
  const clash = clashQuery(rulesOf(context, action), { ...rowsToDivide(context, step, action), published: rows });
  return clash !== undefined && (await queryRows(context.connection, { sql: clash })).rows.length > 0 ? rows : undefined;
}

interface BothColumns {
  readonly columns: readonly Column[];
  readonly standing: readonly Column[];
}

/** What the increment leaves as it is, with the columns of the stage: a condition must not find those of another row instead. */
function unreplacedRows(
  dialect: Dialect,
  stage: Relation,
  { relation, key }: NonNullable<Quarantine['among']>,
  { columns, standing }: BothColumns,
): string {
  const types = new Map(standing.map(({ name, type }) => [dialect.foldIdentifier(name), type]));
  const list = columns.map(({ name, type }) => {
    const found = types.get(dialect.foldIdentifier(name));
    const column = found === undefined ? 'null' : `_tx_stands.${dialect.quoteIdentifier(name)}`;
    return `${found === type ? column : `cast(${column} as ${type})`} as ${dialect.quoteIdentifier(name)}`;
  });
  const same = key.map((name) => `_tx_new.${dialect.quoteIdentifier(name)} = _tx_stands.${dialect.quoteIdentifier(name)}`);
  const where =
    same.length === 0 ? '' : ` where not exists (select 1 from ${dialect.relation(stage)} as _tx_new where ${same.join(' and ')})`;
  return `(select ${list.join(', ')} from ${dialect.relation(relation)} as _tx_stands${where})`;
}

/** Judges the rules for keys by all rows that there will be. */
export async function judgeKeys(
  context: DivisionTools,
  step: Divided,
  action: Quarantine,
  { judged, published }: { readonly judged: readonly TestOutcome[]; readonly published: string },
): Promise<readonly TestOutcome[]> {
  const outcomes = new Map(judged.map((test) => [test.id, test]));
  for (const { check, rule } of askedRules(context, action)) {
    if (rule.shape.kind !== 'groups') continue;
    const sql = wrongKeysQuery(rule, { ...rowsToDivide(context, step, action), published });
    const failures = Number((await queryRows(context.connection, { sql })).rows[0]?.[0] ?? 0);
    const before = outcomes.get(check.id);
    if (before !== undefined && failures > before.failures)
      outcomes.set(check.id, { ...before, ...outcomeOf(check, { failures, total: before.total, measured: undefined }) });
  }
  return [...outcomes.values()];
}
