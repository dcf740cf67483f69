/** Makes empty tables of the scratch database out of declared relations. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Stub, StubProblem } from '../../../adapter/analysis.ts';
import type { EngineErrorDetails } from '../../../adapter/engine-error.ts';
import { dialect } from '../dialect.ts';
import { engineError, ownError } from '../errors.ts';
import { quoteIdentifier } from '../quoting.ts';
import { keyword, sqlTokens } from '../../../adapter/sql-tokens.ts';

/** One round trip for all of them; only if that fails, one for each. */
export async function declareStubs(connection: DuckDBConnection, stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
  const unsafe = stubs.flatMap(findTypeProblem);
  const sound = stubs.filter((stub) => !unsafe.some(({ relation }) => relation === stub.relation));
  if (sound.length === 0 || (await failureOf(connection, sound.map(createStatement))) === undefined) return unsafe;
  const refused: StubProblem[] = [];
  for (const stub of sound) {
    const error = await failureOf(connection, [createStatement(stub)]);
    if (error !== undefined) refused.push(await blameColumn(connection, stub, error));
  }
  return [...unsafe, ...refused];
}

/** A type is text of the user's and goes into a statement: it must not leave its place. */
function findTypeProblem({ relation, columns }: Stub): readonly StubProblem[] {
  for (const { name, type } of columns) {
    if (staysInPlace(type)) continue;
    return [{ relation, column: name, error: ownError('syntax', `\`${type}\` is not a type`).details }];
  }
  return [];
}

const plainType = /^\w+(?: \w+)*(?:\(\d+(?:, ?\d+)?\))?(?:\[\d*\])*$/;

function staysInPlace(type: string): boolean {
  if (plainType.test(type)) return true;
  let depth = 0;
  for (const token of sqlTokens(type)) {
    const text = keyword(type, token);
    if (token.kind !== 'symbol') continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth < 0 || text === ';' || (text === ',' && depth === 0)) return false;
  }
  return depth === 0 && !/--|\/\*|\0/.test(type) && type.trim() !== '';
}

function createStatement({ relation, columns }: Stub): string {
  const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(', ');
  return `create or replace table ${dialect.relation(relation)} (${list})`;
}

async function failureOf(connection: DuckDBConnection, statements: readonly string[]): Promise<EngineErrorDetails | undefined> {
  try {
    await connection.run(['begin', ...statements, 'commit'].join('; '));
    return undefined;
  } catch (cause) {
    await connection.run('rollback').catch(() => undefined);
    return engineError(cause).details;
  }
}

/** The first column whose type is none even alone. */
async function blameColumn(connection: DuckDBConnection, { relation, columns }: Stub, error: EngineErrorDetails): Promise<StubProblem> {
  for (const { name, type } of columns) {
    const refused = await failureOf(connection, [`select cast(null as ${type})`]);
    if (refused !== undefined) return { relation, column: name, error: withoutPosition(refused) };
  }
  return { relation, error: withoutPosition(error) };
}

/** A position in our statement says nothing to anybody. */
function withoutPosition(error: EngineErrorDetails): EngineErrorDetails {
  const { position: _position, ...details } = error;
  return details;
}
