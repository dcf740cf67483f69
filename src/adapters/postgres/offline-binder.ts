/** Tells the columns of queries without the target, by a PostgreSQL that runs in this process. */
import { pathToFileURL } from 'node:url';
import type { Binder, BinderOptions } from '../../adapter/analysis.ts';
import type { ResultSet } from '../../adapter/connection.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug } from '../../diagnostics/bug.ts';
import type { AttemptingConnection } from './attempt.ts';
import { cellOf } from './cells.ts';
import { engineError, ownError } from './errors.ts';
import { locateOffline, offlinePackage } from './offline-package.ts';
import { quoteIdentifier } from './quoting.ts';
import { binderOver } from './temporary-stubs.ts';

/** What is used of the package. */
interface Engine {
  readonly query: (
    sql: string,
    parameters: readonly string[],
    options: { readonly rowMode: 'array'; readonly parsers: Readonly<Record<number, (text: string) => string>> },
  ) => Promise<{
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
    readonly rows: readonly (readonly (string | null)[])[];
  }>;
  readonly close: () => Promise<void>;
}

interface Package {
  readonly PGlite: { readonly create: () => Promise<Engine> };
}

export interface OfflineOptions extends BinderOptions {
  /** Where names without a schema are looked for. */
  readonly schema: string;
}

/** Takes seconds, and hundreds of megabytes. */
export async function openOfflineBinder({ projectRoot, schema }: OfflineOptions): Promise<Binder> {
  const engine = await start(projectRoot);
  try {
    const connection = new OfflineConnection(engine);
    await connection.queryEach({ sql: `set search_path = ${quoteIdentifier(schema)}, public` });
    return await binderOver(connection, () => engine.close());
  } catch (cause) {
    await engine.close();
    throw cause;
  }
}

async function start(projectRoot: string): Promise<Engine> {
  const { path } = locateOffline(projectRoot) ?? bug(`${offlinePackage} is not installed`);
  try {
    // What the package exports is checked by calling it.
    const { PGlite } = (await import(pathToFileURL(path).href)) as Package;
    return await PGlite.create();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw ownError('other', `${offlinePackage} does not start: ${message}`);
  }
}

/** Types whose values the package would read itself. */
const ownTypes = [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802];
const asText = Object.fromEntries(ownTypes.map((type) => [type, (text: string): string => text]));

class OfflineConnection implements AttemptingConnection {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async begin(): Promise<readonly ResultSet[]> {
    await this.#ask('begin');
    return [];
  }

  async undoTo(savepoint: string): Promise<void> {
    await this.#ask(`rollback to savepoint ${savepoint}`);
    await this.#ask(`release savepoint ${savepoint}`);
  }

  async queryEach(...statements: readonly Statement[]): Promise<readonly ResultSet[]> {
    const results: ResultSet[] = [];
    for (const [statement, { sql, kept }] of statements.entries()) results.push(await this.#ask(sql, kept?.values, statement));
    return results;
  }

  /** The types of columns are left open: nobody asks for them. */
  async #ask(sql: string, values: readonly string[] = [], statement = 0): Promise<ResultSet> {
    try {
      const { fields, rows } = await this.#engine.query(sql, values, { rowMode: 'array', parsers: asText });
      return {
        columns: fields.map(({ name }) => ({ name, type: '' })),
        rows: rows.map((row) => row.map((cell, at) => cellOf(cell, fields[at]?.dataTypeID ?? 0))),
      };
    } catch (cause) {
      throw engineError(cause, { sql, statement });
    }
  }
}
