/** Plans what is built, node by node in the order of the graph, and sets apart what stands already. */
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { isBuilt } from '../graph/graph.ts';
import { inOrder } from '../graph/traverse.ts';
import { assumption } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import type { Finding, Findings } from './find-unchanged.ts';
import { olderRowsBelow } from './find-older-rows.ts';
import { planModel } from './plan-build.ts';
import { planSeed } from './plan-seed.ts';
import { planSnapshot } from './plan-snapshot.ts';
import { describeAndGrant } from './plan-storage.ts';
import { nodeOf } from './plan-tests.ts';
import type { Reason, UnchangedStep } from './plan.ts';

export interface Parts {
  /** What gets new data. */
  readonly built: ReadonlyMap<NodeId, BuildPart>;
  /** What stands as it would be built, but for comments and rights. */
  readonly described: ReadonlyMap<NodeId, BuildPart>;
  /** What stands as it would be built. */
  readonly unchanged: ReadonlyMap<NodeId, Unchanged>;
}

interface Unchanged {
  readonly build: NonNullable<UnchangedStep['build']>;
  readonly why: readonly string[];
}

export function planParts(context: BuildContext, builds: ReadonlyMap<NodeId, Reason | undefined>, findings: Findings): Parts {
  const built = new Map<NodeId, BuildPart>();
  const described = new Map<NodeId, BuildPart>();
  const unchanged = new Map<NodeId, Unchanged>();
  const rewritten: NodeId[] = [];
  for (const id of inOrder(context.input.graph, builds.keys())) {
    const node = nodeOf(context.input.graph, id);
    if (!isBuilt(node)) bug(`${id} cannot be built`);
    const finding = findings.consider(node);
    const { recorded, keeps: inputs } = finding;
    if (finding.stands === 'unchanged' && recorded !== undefined) {
      const keeps = inputs === undefined ? {} : { keeps: { ordinal: recorded.ordinal, inputs } };
      unchanged.set(id, { build: { ...identityOf(node, finding), asOf: recorded.startedAt, ...keeps }, why: finding.why });
    } else if (finding.stands === 'metadata') described.set(id, describePart(context, node, finding));
    else {
      const part = planBuild(context, node, builds.get(id));
      if (part === undefined) continue;
      built.set(id, isCopy(context, id) ? part : comparing(context, remembering(part, finding)));
      if (finding.rewritten === true && part.materialization === 'view') rewritten.push(id);
    }
  }
  for (const id of rewritten) {
    const leaves = olderRowsBelow(context, id, built);
    const part = built.get(id);
    if (part !== undefined && leaves.length > 0) built.set(id, { ...part, leaves });
  }
  return { built, described, unchanged };
}

/** A copy without a version: what it was made from is for the next build to find out. */
function isCopy({ input }: BuildContext, id: NodeId): boolean {
  const copy = input.copies?.get(id);
  return copy !== undefined && copy.dataVersion === undefined;
}

function planBuild(context: BuildContext, node: BuiltNode, reason: Reason | undefined): BuildPart | undefined {
  if (node.resourceType === 'model') return planModel(context, node);
  return node.resourceType === 'seed' ? planSeed(context, node, reason) : planSnapshot(context, node);
}

/** What rows of a quarantine made again, the query of the model would not make. */
function remembering(part: BuildPart, { memory, reason, rewritten, why }: Finding): BuildPart {
  if (part.reason === 'replay') return part;
  return {
    ...part,
    memory,
    reason: part.reason === 'selected' && reason !== undefined ? reason : part.reason,
    ...(rewritten === true && part.reason === 'incremental' ? { rewritten } : {}),
    ...(why.length === 0 ? {} : { why }),
  };
}

/** What was never built in an environment is built there because it differs from its target: in what, is the reason. */
function comparing({ input }: BuildContext, part: BuildPart): BuildPart {
  const difference = part.reason === 'never-built' ? input.differs?.get(part.node) : undefined;
  if (difference === undefined) return part;
  const { reason, why } = difference;
  const { why: _none, ...rest } = part;
  return { ...rest, reason, ...(why.length === 0 ? {} : { why }) };
}

function identityOf(node: BuiltNode, { kind }: Finding): Omit<NonNullable<UnchangedStep['build']>, 'asOf'> {
  const { id, name, path, resourceType, relation } = node;
  const materialization = node.resourceType === 'model' ? node.config.materialized : node.resourceType;
  return { node: id, name, path, resourceType, materialization, relation, relationKind: kind };
}

/** Says of a relation that stays what is to be said of it now. */
function describePart(context: BuildContext, node: BuiltNode, finding: Finding): BuildPart {
  const existing = context.standing.existing(node.relation);
  return {
    kind: 'build',
    id: node.id,
    ...identityOf(node, finding),
    ...(node.resourceType === 'model' && node.config.external !== undefined ? { location: node.config.external.location } : {}),
    contentHash: finding.recorded?.contentHash ?? bug(`${node.id} stands and was never built`),
    memory: finding.memory,
    assumes: assumption(context, node.relation, existing),
    reason: 'metadata-changed',
    before: [],
    work: [],
    closing: describeAndGrant(context.input, node, finding.kind),
    after: [],
  };
}
