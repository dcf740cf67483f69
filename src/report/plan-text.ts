/** Shows a plan to people before anything is done: each step, why it is there, and with `verbose` every act of it. */
import type { Operation, PublishStage, WantedConstraint } from '../adapter/operation.ts';
import type { Attachment } from '../adapter/relation.ts';
import { unreachable } from '../diagnostics/bug.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';
import { padRight, textWidth } from '../diagnostics/text-width.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep, Plan, PlannedHook, UnitStep } from '../plan/plan.ts';
import { describeBatches } from './describe-batches.ts';
import { addOlderRows } from './older-rows.ts';
import { describeIncrement, isOfIncrements } from './describe-increment.ts';
import { renderDeferred, renderLeftovers, renderSpared } from './left-alone-text.ts';
import { nameRelation } from './name-relation.ts';
import { countOf, formatCount, listCounts } from './quantities.ts';
import { reasonWords } from './reason-words.ts';
import { describeBuild, nameOf, stepTests } from './step-progress.ts';
import type { WorkStep } from './step-progress.ts';
import { marksOf } from './style.ts';

export interface PlanTextOptions {
  /** Also the acts of each step, its tests by name, and what it waits for. */
  readonly verbose: boolean;
  /** Also what differs from what stands, for each step. */
  readonly explain?: boolean;
  readonly style: Style;
}

/** The plan as text, with a line break at the end. */
export function renderPlan(plan: Plan, options: PlanTextOptions): string {
  const steps = plan.steps.flatMap((step) => (step.kind === 'gate' ? [] : [step]));
  const blocks = [renderHead(plan, steps, options.style)];
  if (plan.setup.length > 0) blocks.push(plan.setup.map((operation) => `  ${describeOperation(operation)}`).join('\n'));
  if (plan.onRunStart.length > 0) blocks.push(renderHooks('before the run', plan.onRunStart));
  if (steps.length > 0) blocks.push(renderSteps(steps, options));
  if (plan.deferred !== undefined) blocks.push(renderDeferred(plan.deferred));
  if (plan.spared !== undefined) blocks.push(renderSpared(plan.spared));
  if (plan.onRunEnd.length > 0) blocks.push(renderHooks('after the run', plan.onRunEnd));
  if (plan.noLongerBuilt.length > 0) blocks.push(renderLeftovers(plan));
  if (steps.length === 0) blocks.push('  nothing to do');
  return `${blocks.join('\n\n')}\n`;
}

function renderHead(plan: Plan, steps: readonly WorkStep[], style: Style): string {
  const builds = steps.filter((step) => step.kind === 'build');
  const count = (type: BuildStep['resourceType']): number => builds.filter((step) => step.resourceType === type).length;
  const tests = steps.reduce((sum, step) => sum + (step.kind === 'unchanged' ? 0 : stepTests(step).length), 0);
  const counts = listCounts([
    [count('model'), 'model'],
    [count('seed'), 'seed'],
    [count('snapshot'), 'snapshot'],
    [tests, 'test'],
  ]);
  const unchanged = steps.filter((step) => step.kind === 'unchanged' && step.build !== undefined).length;
  const { name, engine, schema } = plan.target;
  const parts = [
    `plan of ${style.paint.bold(`tx ${plan.command}`)}`,
    `target ${style.paint.bold(plainLine(name))} (${engine}, schema ${plainLine(schema)})`,
  ];
  if (counts !== '') parts.push(counts);
  if (unchanged > 0) parts.push(`${formatCount(unchanged)} unchanged`);
  return parts.join(` ${style.paint.dim(marksOf(style).dot)} `);
}

interface Row {
  readonly cells: readonly string[];
  readonly tail: string;
}

function renderSteps(steps: readonly WorkStep[], options: PlanTextOptions): string {
  const { paint } = options.style;
  const rows = steps.map(stepRow);
  const widths = [0, 1, 2, 3].map((column) => rows.reduce((most, row) => Math.max(most, textWidth(row.cells[column] ?? '')), 0));
  const lines = steps.flatMap((step, index) => {
    const row = rows[index];
    const [type = '', name = '', kind = '', relation = ''] = (row?.cells ?? []).map((cell, column) => padRight(cell, widths[column] ?? 0));
    const tail = row?.tail ?? '';
    const line = `  ${paint.dim(type)}  ${paint.bold(name)}  ${kind}  ${paint.dim(relation)}  ${tail}`.trimEnd();
    // The line of the step may say it already.
    const isTold = (words: string): boolean =>
      words === reasonWords[step.reason] || (words === reasonWords['sql-changed'] && step.kind === 'build' && step.rewritten === true);
    const more = (step.why ?? []).filter((words) => !isTold(words));
    const why = options.explain === true ? more.map((words) => `      ${plainLine(words)}`) : [];
    return options.verbose ? [line, ...why, ...renderActs(step, options.style), ''] : [line, ...why];
  });
  return lines.join('\n').trimEnd();
}

/** What a build step makes and why, in the words of the plan. */
export function describeStep(step: BuildStep): { readonly kind: string; readonly reason: string } {
  return { kind: describeBuild(step), reason: reasonWords[step.reason] };
}

function stepRow(step: WorkStep): Row {
  const tests = stepTests(step);
  if (step.kind === 'build') {
    const attached = tests.length === 0 ? '' : `, ${countOf(tests.length, 'test')}`;
    const { kind, reason } = describeStep(step);
    const batches = step.batches === undefined ? '' : `: ${describeBatches(step.batches)}`;
    const tail = reason + batches + attached + addOlderRows(step);
    return { cells: [step.resourceType, plainLine(step.name), kind, nameRelation(step.relation)], tail };
  }
  if (step.kind === 'unchanged' && step.build !== undefined) {
    const { resourceType, name, materialization, relation } = step.build;
    const held = tests.length === 0 ? '' : `, ${countOf(tests.length, 'test')} passed already`;
    return { cells: [resourceType, plainLine(name), materialization, nameRelation(relation)], tail: reasonWords.unchanged + held };
  }
  const [first] = tests;
  const name =
    (tests.length === 1 && first !== undefined) || step.kind !== 'test' || step.node === undefined
      ? (first?.name ?? step.id)
      : nameOf(step.node);
  return {
    cells: ['test', plainLine(name), tests.length === 1 ? (first?.kind ?? '') : countOf(tests.length, 'test'), ''],
    tail:
      step.kind === 'unit' ? 'test the query before it is run' : step.kind === 'unchanged' ? 'passed already' : reasonWords[step.reason],
  };
}

/** The acts of a step, numbered, and what it waits for. */
function renderActs(step: WorkStep, style: Style): readonly string[] {
  const { paint } = style;
  if (step.kind === 'unchanged') return [];
  const acts = step.kind === 'unit' ? describeUnitActs(step) : step.kind === 'test' ? describeAction(step.audit) : describeBuildActs(step);
  const numbered = acts.map((act, index) => `      ${paint.dim(`${String(index + 1).padStart(2)}.`)} ${act}`);
  if (step.dependsOn.length === 0) return numbered;
  return [...numbered, `      ${paint.dim('waits for')} ${step.dependsOn.map((id) => plainLine(nameOf(id))).join(', ')}`];
}

function describeUnitActs({ test }: UnitStep): readonly string[] {
  return [
    'begin',
    ...test.inputs.map(({ called, content }) =>
      content.kind === 'query'
        ? `make temporary rows for ${plainLine(called)} by a query`
        : `make ${countOf(content.rows.length, 'temporary row')} for ${plainLine(called)}`,
    ),
    `run the query of ${plainLine(test.modelName)} over them`,
    'compare with what is expected',
    'roll back',
  ];
}

function describeBuildActs(step: BuildStep): readonly string[] {
  const outside = (operation: Operation): string => `${describeOperation(operation)} (outside the transaction)`;
  return [
    ...step.before.map(outside),
    'begin',
    ...step.transaction.flatMap(describeAction),
    'record the build',
    'commit',
    ...step.after.map(outside),
  ];
}

function describeAction(action: Action): readonly string[] {
  if (isOfIncrements(action)) return describeIncrement(action);
  switch (action.kind) {
    case 'operation':
      return [describeOperation(action.operation)];
    case 'require-keys':
      return [`refuse NULL and duplicate keys: ${action.key.map(plainLine).join(', ')}`];
    case 'require-interval':
      return [`${action.outside === 'drop' ? 'drop' : 'refuse'} rows with ${plainLine(action.time.column)} outside of the interval`];
    case 'require-contract':
      return [`refuse other columns than those of the contract${action.table === undefined ? '' : ` in ${nameRelation(action.table)}`}`];
    case 'require-constraints':
      // The table keeps the others: looking for rows is no act of a plan that succeeds.
      return action.when === 'always' ? [`refuse rows that break ${listConstraints(action.constraints.map(({ wanted }) => wanted))}`] : [];
    case 'require-versions':
      return [`refuse rows without the columns that versions need`];
    case 'require-stamps':
      return [`refuse rows without a time in ${plainLine(action.versions.updatedAt ?? '')}`];
    case 'apply-versions':
      return [
        'compare the rows of the query with the versions in force',
        `refuse NULL and duplicate keys: ${action.versions.key.map(plainLine).join(', ')}`,
        `end the versions in ${nameRelation(action.target)} that are over, and add the new ones`,
      ];
    case 'reattach':
      return [`put back ${action.attachments.map(nameAttachment).join(', ')}`];
    case 'verify-seed':
      return [`refuse a change of ${plainLine(action.path)} since it was checked`];
    case 'write-files':
      return [`write the rows of the query as ${action.form.format} beside ${plainLine(action.location)}`];
    case 'publish-files':
      return [
        `put them at ${plainLine(action.location)}, and ${action.existing === undefined ? 'create' : 'replace'} the view ${nameRelation(action.target)} over them`,
      ];
    case 'load-seed':
      return [`load ${plainLine(action.path)}`];
    case 'quarantine': {
      const rules = new Set(action.rules.map(({ test }) => test));
      return action.audit.checks.map(({ id, name, severity }) => {
        if (!rules.has(id)) return `test ${plainLine(name)}${severity === 'warn' ? ' (warns only)' : ''}`;
        return `test ${plainLine(name)} (rows that fail go to ${nameRelation(action.table)})`;
      });
    }
    case 'audit': {
      const tests = [...action.checks, ...action.queries];
      const narrowed = new Set(action.delta?.checks);
      return tests.map(({ id, name, severity }) => {
        const notes = [...(severity === 'warn' ? ['warns only'] : []), ...(narrowed.has(id) ? ['the new rows and their keys'] : [])];
        return `test ${plainLine(name)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
      });
    }
    default:
      return unreachable(action);
  }
}

function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'create-schema':
      return `create schema ${plainLine(operation.schema)}`;
    case 'stage-query':
      return `run the query into a ${operation.temporary ? 'temporary' : 'staging'} table${operation.constraints === undefined ? '' : ` with ${listConstraints(operation.constraints)}`}`;
    case 'stage-view':
      return 'make a temporary view of the query';
    case 'stage-columns':
      return 'create a staging table';
    case 'publish-stage':
      return describePublication(operation);
    case 'publish-view':
      return `${operation.existing === undefined ? 'create' : 'replace'} view ${nameRelation(operation.target)}`;
    case 'publish-materialized':
      return `${operation.existing === undefined ? 'create' : 'bring up to date'} materialized view ${nameRelation(operation.target)}`;
    case 'append':
      return `append the staged rows to ${nameRelation(operation.target)}`;
    case 'append-query':
      return `append the rows of the query to ${nameRelation(operation.target)}`;
    case 'delete-insert':
      return `delete and insert the staged rows in ${nameRelation(operation.target)}`;
    case 'replace-range':
      return `replace the rows of the interval in ${nameRelation(operation.target)}`;
    case 'replace-partitions':
      return `replace the partitions of the staged rows in ${nameRelation(operation.target)}`;
    case 'merge':
      return `merge the staged rows into ${nameRelation(operation.target)}`;
    case 'settle-events':
      return 'keep the newest event of each key';
    case 'stage-changes':
      return 'find what has changed';
    case 'apply-changes':
      return `end and add versions in ${nameRelation(operation.target)}`;
    case 'alter-columns':
      return `alter columns of ${nameRelation(operation.target)}`;
    case 'drop':
      return operation.temporary
        ? `drop the temporary ${operation.relationKind}`
        : `drop ${operation.relationKind} ${nameRelation(operation.relation)}`;
    case 'run-sql':
      return `run hook: ${plainLine(operation.query.sql)}`;
    default:
      return describeKeeping(operation);
  }
}

/** A table with foreign keys is not exchanged where that can be helped: nobody who reads the other table has to wait. */
function describePublication({ target, existing, constraints = [] }: PublishStage): string {
  const exchange = `put the staged table in the place of ${nameRelation(target)}`;
  const isTied = existing === 'table' && constraints.some(({ type }) => type === 'foreign_key');
  return isTied ? `${exchange}; where its columns stay the same, fill it in place, as it has foreign keys` : exchange;
}

type Keeping = Extract<
  Operation,
  {
    kind:
      | 'write-files'
      | 'read-files'
      | 'stage-partitions'
      | 'stage-indexes'
      | 'sync-indexes'
      | 'stage-constraints'
      | 'release-constraints'
      | 'sync-constraints'
      | 'describe'
      | 'grant';
  }
>;

/** What is done about how a relation is kept. */
function describeKeeping(operation: Keeping): string {
  switch (operation.kind) {
    case 'write-files':
      return 'write rows into files';
    case 'read-files':
      return `make the view ${nameRelation(operation.view)} over files`;
    case 'stage-partitions':
      return `put the rows into a staging table with a partition for each ${operation.declared.granularity} of ${plainLine(operation.declared.column)}`;
    case 'stage-indexes':
      return `build ${countOf(operation.indexes.length, 'index', 'indexes')} on the staging table`;
    case 'stage-constraints':
      return `put constraints on the staging table: ${listConstraints(operation.constraints)}`;
    case 'release-constraints':
      return `take away constraints that nobody asks for any more from ${nameRelation(operation.target)}`;
    case 'sync-constraints':
      return `see to the constraints of ${nameRelation(operation.target)}: ${listConstraints(operation.constraints)}`;
    case 'sync-indexes':
      return `see to ${countOf(operation.indexes.length, 'index', 'indexes')} of ${nameRelation(operation.target)}`;
    case 'describe':
      return `put comments on ${nameRelation(operation.target)}`;
    case 'grant':
      return `grant ${Object.entries(operation.grants)
        .map(([right, roles]) => `${plainLine(right)} to ${roles.map(plainLine).join(', ') || 'nobody'}`)
        .join(', ')}`;
    default:
      return unreachable(operation);
  }
}

function listConstraints(constraints: readonly WantedConstraint[]): string {
  return constraints
    .map(
      ({ type, columns, expression }) =>
        `${type} (${columns.length > 0 ? columns.map(plainLine).join(', ') : plainLine(expression ?? '')})`,
    )
    .join(', ');
}

function nameAttachment({ kind, name }: Attachment): string {
  return `${kind === 'comment' ? 'comment on' : kind} ${plainLine(name)}`;
}

function renderHooks(when: string, hooks: readonly PlannedHook[]): string {
  return [`  ${when}`, ...hooks.map((hook) => `    ${plainLine(hook.name)}  ${describeOperation(hook.operation)}`)].join('\n');
}
