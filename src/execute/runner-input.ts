/** What all steps of a run are carried out with. */
import type { Connection } from '../adapter/connection.ts';
import type { Plan } from '../plan/plan.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { NodeResult } from './events.ts';
import type { ExecutionPorts } from './execution.ts';
import type { VerdictLog } from './verdict-log.ts';

export interface StepRunnerInput {
  readonly plan: Plan;
  readonly ports: ExecutionPorts;
  readonly writer: StateWriter;
  readonly verdicts: VerdictLog;
  readonly connections: readonly Connection[];
  /** One more, which is interrupted and closed with the others. */
  readonly connect: () => Promise<Connection>;
  /** So many nodes at a time. */
  readonly threads: number;
  readonly lockTimeoutMs: number;
  /** Filled as nodes finish, by node id. */
  readonly results: Map<string, NodeResult>;
  /** The first failure stops the run. */
  readonly failFast: boolean;
  /** The user stopped the run. */
  readonly isCancelled: () => boolean;
  /** The run is being stopped, by the user or by its first failure. */
  readonly isStopped: () => boolean;
}
