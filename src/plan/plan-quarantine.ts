/** Plans how the rows that fail tests are set aside before a model is published. */
import type { Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledTest } from '../compile/compiled.ts';
import { anyViolation, parseThreshold } from '../compile/thresholds.ts';
import { bug } from '../diagnostics/bug.ts';
import { hashText, operation } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { stagedWork } from './delta-audit.ts';
import type { Quarantine } from './find-quarantines.ts';
import type { Action, PlannedCheck, QuarantineLimits, QuarantineRule } from './action.ts';
import { namesRelation, planAudit } from './plan-tests.ts';

type Division = Extract<Action, { kind: 'quarantine' }>;

interface Parted {
  readonly work: readonly Action[];
  /** Tests that have to look at the table. */
  readonly later: readonly CompiledTest[];
}

/** The work of a step with the rows divided behind their stage, and the tests that this leaves for later. */
export function planQuarantine(context: BuildContext, part: BuildPart, tests: readonly CompiledTest[], quarantine: Quarantine): Parted {
  const { input } = context;
  const work = withPlainStage(context, stagedWork(part.work));
  const at = work.findIndex((action) => action.kind === 'operation' && action.operation.kind === 'stage-query');
  const staging = work[at];
  if (staging?.kind !== 'operation' || staging.operation.kind !== 'stage-query') return bug(`${part.name} has no stage`);
  const { stage } = staging.operation;
  const isWhole = part.strategy === undefined;
  const early = isWhole ? tests.filter((test) => test.test.text === undefined && !namesRelation(input, test, part.relation)) : [];
  const action = divide(context, part, quarantine, { stage, isWhole, early });
  // Which rows are replaced is known for sure only when they are.
  const apart = isWhole ? [] : quarantine.tests.filter((test) => countsKeys(context, test));
  return {
    work: [...work.slice(0, at + 1), action, ...work.slice(at + 1)],
    later: [...tests.filter((test) => !early.includes(test)), ...apart],
  };
}

function countsKeys({ input }: BuildContext, { test }: CompiledTest): boolean {
  return test.kind === 'generic' && input.findCheck(test.check)?.counts === 'keys';
}

/** A row with the same key is replaced for certain where the key holds all that tells by which rows others are replaced. */
function mayClash(context: BuildContext, part: BuildPart, { config }: Quarantine['model'], test: CompiledTest): boolean {
  if (!countsKeys(context, test) || test.test.kind !== 'generic') return false;
  const { key } = amongOf(part, { config });
  const { column, args } = test.test;
  const fold = context.input.dialect.foldIdentifier;
  const listed: readonly unknown[] = column !== undefined ? [column] : Array.isArray(args['columns']) ? args['columns'] : [];
  const own = new Set(listed.map((name) => fold(String(name))));
  return key.length === 0 || key.some((name) => !own.has(fold(name)));
}

function amongOf({ relation, strategy }: BuildPart, { config }: Pick<Quarantine['model'], 'config'>): NonNullable<Division['among']> {
  return { relation, key: strategy === 'append' ? [] : config.uniqueKey };
}

interface Looking {
  readonly stage: Relation;
  readonly isWhole: boolean;
  readonly early: readonly CompiledTest[];
}

function divide(context: BuildContext, part: BuildPart, quarantine: Quarantine, { stage, isWhole, early }: Looking): Action {
  const { input, standing, collector } = context;
  const { model, table, tests } = quarantine;
  const { dialect } = input;
  const isReplay = input.replay === true;
  const relation = `${dialect.relation(stage)} as ${dialect.quoteIdentifier(part.relation.name)}`;
  const asked = planAudit(input, model, [...tests, ...early], collector, { ordinal: part.assumes.ordinal + 1, relation });
  const audit = asked ?? { kind: 'audit', relation, relationKind: 'table', checks: [], queries: [] };
  const aside = new Set<string>(tests.map(({ id }) => id));
  const checks = audit.checks.map((check) => (aside.has(check.id) ? lenient(check, isReplay) : check));
  const { ordinal, ...rest } = { ...audit, checks };
  const existing = standing.existing(table);
  return {
    kind: 'quarantine',
    stage,
    table,
    ...(existing === undefined ? {} : { standing: existing.columns }),
    // Of rows that an increment brings, nothing follows for the table.
    audit: isWhole && ordinal !== undefined ? { ...rest, ordinal } : rest,
    rules: tests.map(ruleOf),
    fingerprint: fingerprintOf(checks, tests),
    isWhole: isWhole || isReplay,
    key: isWhole || isReplay ? [] : model.config.uniqueKey,
    limits: isReplay ? {} : limitsOf(quarantine),
    ...(isReplay ? { published: part.relation } : {}),
    ...(isWhole || isReplay || !tests.some((test) => mayClash(context, part, model, test)) ? {} : { among: amongOf(part, model) }),
  };
}

/** Where nobody says how many failures are too many, failing rows are no reason not to publish the others. */
function lenient(check: PlannedCheck, isReplay: boolean): PlannedCheck {
  return isReplay || check.errorIf.text === anyViolation.text ? { ...check, severity: 'warn' } : check;
}

function ruleOf({ id, config: { keep } }: CompiledTest): QuarantineRule {
  return { test: id, ...(keep === undefined ? {} : { keep }) };
}

function fingerprintOf(checks: readonly PlannedCheck[], tests: readonly CompiledTest[]): string {
  const said = tests.map(({ id, config }) => {
    const check = checks.find((candidate) => candidate.id === id);
    return [id, check?.shape, check?.where, check?.onNull, check?.groupBy, config.keep];
  });
  return hashText(JSON.stringify(said)).slice(0, 16);
}

function limitsOf({ model }: Quarantine): QuarantineLimits {
  const { maxRows, maxRatio } = model.config.quarantine ?? {};
  const ratio = maxRatio === undefined ? undefined : parseThreshold(`> ${maxRatio}`);
  return { ...(maxRows === undefined ? {} : { maxRows }), ...(ratio === undefined ? {} : { maxRatio: ratio }) };
}

/** A stage with constraints takes no row that breaks one: such rows are staged without them first, and go on from there. */
function withPlainStage({ input }: BuildContext, work: readonly Action[]): readonly Action[] {
  const staging = work
    .map((action) => (action.kind === 'operation' ? action.operation : undefined))
    .find((each) => each?.kind === 'stage-query');
  if (staging?.kind !== 'stage-query' || staging.constraints === undefined) return work;
  const { query } = staging;
  const plain = { schema: input.dialect.temporarySchema, name: `${staging.stage.name}_plain` };
  const rest: Query = { ...query, sql: `select * from ${input.dialect.relation(plain)}` };
  const at = work.findIndex(
    (action) => action.kind === 'require-constraints' || (action.kind === 'operation' && action.operation === staging),
  );
  const drop = operation({ kind: 'drop', relation: plain, relationKind: 'table', temporary: true });
  const after = work.slice(at).flatMap((action): readonly Action[] => {
    if (action.kind === 'require-constraints' && action.query !== undefined) return [{ ...action, query: rest }];
    return action.kind === 'operation' && action.operation === staging ? [operation({ ...staging, query: rest }), drop] : [action];
  });
  return [...work.slice(0, at), operation({ kind: 'stage-query', stage: plain, temporary: true, query }), ...after];
}
