/**
 * Runs the queries of the next batches while one is published: each into a temporary table on a connection of its own, outside of
 * any transaction. Batches are published one after another all the same, under the lock of their relation, so that the ledger and
 * what stands are what they would be without.
 */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { StageQuery } from '../adapter/operation.ts';
import type { Range } from '../intervals/range-set.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { RunningBuild } from './batch-step.ts';
import type { ExecutionPorts } from './execution.ts';
import { runOperation } from './perform.ts';
import { stageOf } from './staged-work.ts';
import { StatementFailure } from './step-failure.ts';

interface Begun {
  readonly range: Range;
  readonly connection: Connection;
  readonly stage: StageQuery['stage'];
  /** Whether the stage is there: a query that failed fails again in its turn, and is told then. */
  readonly done: Promise<boolean>;
}

/** The stage of a batch that was made before its turn. */
export interface StagedBatch {
  readonly connection: Connection;
  /** Takes away what the step has left of it. */
  readonly clear: () => Promise<void>;
}

export class StagesAhead {
  readonly #ports: ExecutionPorts;
  readonly #open: () => Promise<Connection>;
  readonly #most: number;
  readonly #free: Connection[] = [];
  readonly #begun: Begun[] = [];
  #opened = 0;

  /** `most` queries at a time, that of the batch in turn among them. */
  constructor(ports: ExecutionPorts, most: number, open: () => Promise<Connection>) {
    this.#ports = ports;
    this.#most = most;
    this.#open = open;
  }

  /** Begins what is next, as far as connections are free. */
  async begin(next: Iterable<Range>, stepFor: (range: Range) => RunningBuild): Promise<void> {
    for (const range of next) {
      if (this.#begun.some((begun) => begun.range.start === range.start)) continue;
      if (this.#begun.length >= this.#most) return;
      const step = stepFor(range);
      const operation = stageOf(step);
      if (operation === undefined || readsItself(this.#ports, step, operation)) return;
      const connection = await this.#connect();
      if (connection === undefined) return;
      this.#begun.push({ range, connection, stage: operation.stage, done: this.#run(connection, operation) });
    }
  }

  /** The stage of this range, once it is there; undefined where there is none. */
  async take(range: Range): Promise<StagedBatch | undefined> {
    const at = this.#begun.findIndex((begun) => begun.range.start === range.start && begun.range.end === range.end);
    const [begun] = at < 0 ? [] : this.#begun.splice(at, 1);
    if (begun === undefined) return undefined;
    const { connection } = begun;
    const clear = async (): Promise<void> => {
      await this.#clear(begun);
      this.#free.push(connection);
    };
    if (await begun.done) return { connection, clear };
    await clear();
    return undefined;
  }

  /** Nothing more is taken. */
  async end(): Promise<void> {
    for (const begun of this.#begun.splice(0)) {
      begun.connection.interrupt();
      await begun.done;
      await this.#clear(begun);
    }
  }

  async #connect(): Promise<Connection | undefined> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#opened >= this.#most) return undefined;
    this.#opened += 1;
    try {
      return await this.#open();
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      // A server that lets in no more: the queries go on in turn, and what is wrong besides they will tell.
      return undefined;
    }
  }

  async #run(connection: Connection, operation: StageQuery): Promise<boolean> {
    try {
      await runOperation(this.#ports.adapter, connection, operation);
      return true;
    } catch (cause) {
      if (cause instanceof StatementFailure || cause instanceof EngineError) return false;
      throw cause;
    }
  }

  /** A step that has succeeded has dropped it, and a connection that is lost has forgotten it. */
  async #clear({ connection, stage }: Pick<Begun, 'connection' | 'stage'>): Promise<void> {
    try {
      await connection.run({ sql: `drop table if exists ${this.#ports.adapter.dialect.relation(stage)}` });
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
    }
  }
}

/** What stood before its turn is not what it is to read. */
function readsItself({ adapter, readsOf }: ExecutionPorts, { node, relation }: BuildStep, { query }: StageQuery): boolean {
  const name = adapter.dialect.relation(relation);
  return [query.sql, ...readsOf(node).views.map(({ sql }) => sql)].some((sql) => sql.includes(name));
}
