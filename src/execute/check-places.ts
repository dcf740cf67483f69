/** Says of each check of an audit at which rows it looks: all of the relation, or those that an increment brought. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { GroupsShape } from '../checks/check-definition.ts';
import type { CheckInput, CheckToCount, RelationToCheck } from '../checks/check-statements.ts';
import type { Action, AuditDelta, PlannedCheck } from '../plan/action.ts';
import { catching } from './perform.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** One check with what it looks at. */
export interface CheckPlace {
  readonly relation: RelationToCheck;
  readonly check: CheckToCount;
}

export interface PlaceTools {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
}

/** The places of all checks of an audit, in order. Rules about columns have one like the others, and no use for it. */
export async function placeChecks(tools: PlaceTools, audit: Audit): Promise<readonly CheckPlace[]> {
  const { rowCheckForm: form } = tools.capabilities;
  const { mayRepeat } = tools.dialect.checks;
  const relation: RelationToCheck = { relation: audit.relation, relationKind: audit.relationKind, form, mayRepeat };
  const delta = audit.delta !== undefined && (await standsAsStaged(tools, audit.delta)) ? audit.delta : undefined;
  const narrowed = new Set(delta?.checks);
  return audit.checks.map((planned) => {
    const check = toCount(planned);
    if (delta === undefined || !narrowed.has(planned.id)) return { relation, check };
    const stage = tools.dialect.relation(delta.stage);
    const { shape, groupBy = [] } = planned;
    if (shape.kind !== 'groups') return { relation: { relation: stage, relationKind: 'table', form }, check };
    // Few rows are left, so that the proofs for many are of no use: as a view has none.
    const touched = touchedKeys(shape, groupBy, stage);
    const where = check.where === undefined ? touched : `(\n${check.where}\n) and ${touched}`;
    return { relation: { ...relation, relationKind: 'view' }, check: { ...check, where } };
  });
}

function toCount(check: PlannedCheck): CheckToCount {
  const { id, shape, where, groupBy, onNull, warnIf, errorIf } = check;
  return { id, shape, where, groupBy, onNull, needsTotal: warnIf.percent || errorIf.percent };
}

/** Checks that share statements. */
export interface PlacedTogether {
  readonly input: CheckInput;
  /** The index in the audit of each check of `input`. */
  readonly indexes: readonly number[];
}

/** The checks that look at the same relation in the same way, together. */
export function gatherPlaces(places: readonly CheckPlace[]): readonly PlacedTogether[] {
  const together = new Map<string, { readonly relation: RelationToCheck; readonly checks: CheckToCount[]; readonly indexes: number[] }>();
  for (const [index, { relation, check }] of places.entries()) {
    const key = `${relation.relationKind}\n${relation.relation}`;
    const group = together.get(key) ?? { relation, checks: [], indexes: [] };
    group.checks.push(check);
    group.indexes.push(index);
    together.set(key, group);
  }
  return [...together.values()].map(({ relation, checks, indexes }) => ({ input: { ...relation, checks }, indexes }));
}

/** True for rows whose key an increment brought, and for some more: of each key all rows or none. */
function touchedKeys({ keys: own, ignoredNulls }: GroupsShape, groupBy: readonly string[], stage: string): string {
  const keys = [...groupBy, ...own];
  const list = keys.join(', ');
  const [only, ...others] = keys;
  if (others.length === 0 && ignoredNulls !== 'never') return `${only} in (select ${only} from ${stage} where ${only} is not null)`;
  // No NULL is in a list, although here it may be a part of a key like any other.
  const nulls = keys.map((key) => `${key} is null`).join(' or ');
  const left = others.length === 0 ? list : `(${list})`;
  return `(${left} in (select ${list} from ${stage}) or ${nulls})`;
}

/** Whether the rows of the stage are those of the table, to the letter: a cast on the way may have changed them. */
async function standsAsStaged({ connection, dialect }: PlaceTools, { stage, target }: AuditDelta): Promise<boolean> {
  const statements = [stage, target].map((relation) => ({ sql: `select * from ${dialect.relation(relation)} limit 0` }));
  const [staged, standing] = await catching(statements, undefined, () => connection.queryEach(...statements));
  const types = new Map(staged?.columns.map(({ name, type }) => [dialect.foldIdentifier(name), type]));
  return standing?.columns.every(({ name, type }) => types.get(dialect.foldIdentifier(name)) === type) ?? false;
}
