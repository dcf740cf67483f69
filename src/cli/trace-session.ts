/** Measures every statement that goes to a database. */
import type { Connection, Session } from '../adapter/connection.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Trace } from '../report/trace.ts';

/** `session`, with the statements of each connection told to `trace`. A run opens the connections of its workers in their order. */
export function traceSession(session: Session, trace: Trace): Session {
  const open = new Set<number>();
  return {
    engineVersion: session.engineVersion,
    description: session.description,
    ...(session.facts === undefined ? {} : { facts: session.facts }),
    ...(session.announceRun === undefined ? {} : { announceRun: session.announceRun }),
    ...(session.deadRuns === undefined ? {} : { deadRuns: session.deadRuns }),
    close: () => session.close(),
    connect: async () => {
      let worker = 0;
      while (open.has(worker)) worker += 1;
      open.add(worker);
      const connection = await session.connect();
      return traceConnection(connection, worker, trace, () => open.delete(worker));
    },
  };
}

function textOf(statements: readonly Statement[]): string | undefined {
  return statements.length === 0 ? undefined : statements.map(({ sql }) => sql).join(';\n');
}

function traceConnection(connection: Connection, worker: number, trace: Trace, closed: () => void): Connection {
  return {
    run: (...statements) => trace.statement(worker, 'run', textOf(statements), () => connection.run(...statements)),
    query: (statement, limit) => trace.statement(worker, 'query', statement.sql, () => connection.query(statement, limit)),
    queryEach: (...statements) => trace.statement(worker, 'query', textOf(statements), () => connection.queryEach(...statements)),
    begin: (options) => trace.statement(worker, 'begin', textOf(options?.reads ?? []), () => connection.begin(options)),
    commit: (...last) =>
      trace.statement(worker, last.length === 0 ? 'commit' : 'run and commit', textOf(last), () => connection.commit(...last)),
    rollback: () => trace.statement(worker, 'rollback', undefined, () => connection.rollback()),
    load: (bulk) => trace.statement(worker, 'load', undefined, () => connection.load(bulk)),
    interrupt: () => connection.interrupt(),
    close: async () => {
      closed();
      await connection.close();
    },
  };
}
