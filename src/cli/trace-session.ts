/** Measures every statement that goes to a database. */
import type { Connection, Session } from '../adapter/connection.ts';
import type { Trace } from '../report/trace.ts';

/** `session`, with the statements of each connection told to `trace`. A run opens the connections of its workers in their order. */
export function traceSession(session: Session, trace: Trace): Session {
  const open = new Set<number>();
  return {
    engineVersion: session.engineVersion,
    description: session.description,
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

function traceConnection(connection: Connection, worker: number, trace: Trace, closed: () => void): Connection {
  return {
    run: (statement) => trace.statement(worker, 'run', statement.sql, () => connection.run(statement)),
    query: (statement, limit) => trace.statement(worker, 'query', statement.sql, () => connection.query(statement, limit)),
    begin: () => trace.statement(worker, 'begin', undefined, () => connection.begin()),
    commit: () => trace.statement(worker, 'commit', undefined, () => connection.commit()),
    runAndCommit: (statements) =>
      trace.statement(worker, 'run and commit', statements.map(({ sql }) => sql).join(';\n'), () => connection.runAndCommit(statements)),
    rollback: () => trace.statement(worker, 'rollback', undefined, () => connection.rollback()),
    load: (bulk) => trace.statement(worker, 'load', undefined, () => connection.load(bulk)),
    interrupt: () => connection.interrupt(),
    close: async () => {
      closed();
      await connection.close();
    },
  };
}
