/** Sends statements on one connection and remembers which one failed. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection, ResultSet, TransactionOptions } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Operation, OperationKind, OperationRenderers, RenderContext } from '../adapter/operation.ts';
import type { Statement } from '../adapter/statement.ts';
import { StatementFailure } from './step-failure.ts';

/** What an engine may know beside what it looks at. */
export type Situation = Omit<RenderContext, 'look'>;

const nothingKnown: Situation = {
  standing: undefined,
  lockTimeoutMs: undefined,
  onWait: () => undefined,
  isRebuilt: () => false,
  keep: () => undefined,
};

/** The statements of an operation, in this engine's SQL; the engine may look before it decides. */
export async function renderOperation(
  adapter: Pick<Adapter, 'operations'>,
  connection: Connection,
  operation: Operation,
  situation: Situation = nothingKnown,
): Promise<readonly Statement[]> {
  const look = (...statements: readonly Statement[]): Promise<readonly ResultSet[]> =>
    catching(statements, undefined, () => connection.queryEach(...statements));
  return catching([], undefined, async () => renderWith(adapter.operations, operation.kind, operation, { ...situation, look }));
}

function renderWith<K extends OperationKind>(
  operations: OperationRenderers,
  kind: K,
  operation: Operation,
  context: RenderContext,
): ReturnType<OperationRenderers[K]> {
  // `kind` is the operation's own kind, so the renderer takes exactly this operation; TypeScript cannot correlate the two.
  const render = operations[kind] as (operation: Operation, context: RenderContext) => ReturnType<OperationRenderers[K]>;
  return render(operation, context);
}

/** Notes which of the statements failed, and for which test. */
export async function catching<T>(statements: readonly Statement[], test: string | undefined, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    throw new StatementFailure(cause.details, blamed(statements, cause.details) ?? { sql: '' }, test);
  }
}

/** The statement that failed. Where the engine names none and no place either, the one with the text of the user. */
function blamed(statements: readonly Statement[], { statement, position }: EngineErrorDetails): Statement | undefined {
  if (statement !== undefined || position !== undefined) return statements[statement ?? 0];
  return statements.find(({ embedded }) => embedded !== undefined) ?? statements[0];
}

/** Runs statements together; gives the rows that the last one changed. */
export function runStatements(connection: Connection, ...statements: readonly Statement[]): Promise<number> {
  return catching(statements, undefined, () => connection.run(...statements));
}

/** Runs the last statements of a transaction and commits. */
export function commitWith(connection: Connection, ...last: readonly Statement[]): Promise<void> {
  return catching(last, undefined, () => connection.commit(...last));
}

export function queryRows(connection: Connection, statement: Statement, limit?: number, test?: string): Promise<ResultSet> {
  return catching([statement], test, () => connection.query(statement, limit));
}

/** Begins a transaction; gives what its reads found. */
export function beginWith(connection: Connection, options: TransactionOptions): Promise<readonly ResultSet[]> {
  return catching(options.reads ?? [], undefined, () => connection.begin(options));
}

/** Runs an operation; gives the rows that its last statement changed. */
export async function runOperation(
  adapter: Pick<Adapter, 'operations'>,
  connection: Connection,
  operation: Operation,
  situation?: Situation,
): Promise<number> {
  return runStatements(connection, ...(await renderOperation(adapter, connection, operation, situation)));
}
