/** Marks the checks of a plan that follow from the queries themselves: nothing has to be asked for them. */
import type { Analysis, KnownColumns } from '../analyze/analysis.ts';
import { judge } from '../checks/judge.ts';
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { Action, PlannedCheck } from './action.ts';
import type { BuildStep, Plan, Step } from './plan.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

export interface ProofInput {
  readonly graph: Graph;
  readonly analysis: Analysis;
  readonly fold: (name: string) => string;
}

/**
 * What analysis proves of a query holds of its relation when this very plan makes it from that query, and makes every
 * relation above of which something was proven in the same way. An incremental table holds rows of other queries; a hook may
 * write anywhere. What tests once found, of whatever node, proves nothing.
 */
export function markProven(plan: Plan, input: ProofInput): Plan {
  const isWhole = findWhole(plan, input);
  if (isWhole === undefined) return plan;
  const steps = plan.steps.map((step): Step => {
    // What was set aside may come from an older query.
    if (step.kind !== 'build' || step.reason === 'replay' || !isWhole(step.node)) return step;
    const known = input.analysis.nodes.get(step.node);
    return known?.kind === 'known'
      ? { ...step, transaction: step.transaction.map((action) => markAction(action, known, input.fold)) }
      : step;
  });
  return { ...plan, steps };
}

function markAction(action: Action, known: KnownColumns, fold: ProofInput['fold']): Action {
  if (action.kind === 'quarantine') return { ...action, audit: markAudit(action.audit, known, fold) };
  return action.kind === 'audit' ? markAudit(action, known, fold) : action;
}

function markAudit(action: Audit, known: KnownColumns, fold: ProofInput['fold']): Audit {
  return { ...action, checks: action.checks.map((check) => (isProven(check, known, fold) ? { ...check, proven: true } : check)) };
}

/** Whether no row can violate the check, and its thresholds take that well. */
function isProven(check: PlannedCheck, { proofs }: KnownColumns, fold: ProofInput['fold']): boolean {
  const { severity, warnIf, errorIf, where, groupBy } = check;
  // What the user wrote may not even be sound, and only the database says so.
  if (where !== undefined || groupBy !== undefined) return false;
  if (judge({ failures: 0, total: 0, severity, warnIf, errorIf }) !== 'pass') return false;
  const holds = (keys: readonly string[]): boolean => {
    const folded = new Set(keys.map(fold));
    return proofs.unique.some((key) => key.every((name) => folded.has(fold(name))));
  };
  const { column } = check;
  switch (check.check) {
    case 'not_null':
      return column !== undefined && proofs.notNull.some((name) => fold(name) === fold(column));
    case 'unique':
      return column !== undefined && holds([column]);
    case 'unique_combination':
      return holds(namesIn(check.args['columns']));
    default:
      return false;
  }
}

function namesIn(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((name) => typeof name === 'string');
}

/** Tells of a node whether its relation is what its query gives; undefined where nothing is. */
function findWhole(plan: Plan, { graph, analysis }: ProofInput): ((id: NodeId) => boolean) | undefined {
  const built = new Map(plan.steps.flatMap((step): [NodeId, BuildStep][] => (step.kind === 'build' ? [[step.node, step]] : [])));
  for (const step of built.values()) if (hasHooks(graph, step)) return undefined;
  const found = new Map<NodeId, boolean>();
  const isWhole = (id: NodeId): boolean => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const node = graph.nodes.get(id);
    const answer = node?.resourceType === 'model' ? isMade(node) && (graph.parents.get(id) ?? []).every(holds) : false;
    found.set(id, answer);
    return answer;
  };
  const isMade = (node: CompiledModel): boolean => {
    if (node.config.materialized === 'ephemeral') return true;
    return node.config.materialized !== 'incremental' && built.get(node.id)?.relationKind !== undefined;
  };
  /** Nothing was taken for granted of the node, or it holds. */
  const holds = (id: NodeId): boolean => {
    const known = analysis.nodes.get(id);
    const node = graph.nodes.get(id);
    const isEphemeral = node?.resourceType === 'model' && node.config.materialized === 'ephemeral';
    const isBare = known?.kind === 'known' && known.proofs.notNull.length + known.proofs.unique.length === 0;
    return (isBare && !isEphemeral) || isWhole(id);
  };
  return isWhole;
}

function hasHooks(graph: Graph, { node: id }: BuildStep): boolean {
  const node = graph.nodes.get(id);
  return node !== undefined && 'preHooks' in node && node.preHooks.length + node.postHooks.length > 0;
}
