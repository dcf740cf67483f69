/** Opens a scratch database in memory, of its own, in which declared relations are empty tables. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Binder, BinderOptions } from '../../../adapter/analysis.ts';
import { databaseAlias } from '../errors.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import { settingStatements } from '../settings.ts';
import { keepInstance, takeInstance } from '../spare-instance.ts';
import { bindQueries } from './bind-queries.ts';
import { checkQuery } from '../analysis.ts';
import { createFileTables } from './file-readers.ts';
import { createStubRegistry } from './stub-registry.ts';
import { StubTables } from './stub-tables.ts';
import { typeName } from './type-name.ts';

/** `tableLimit`: of more declared relations, only those that were read last are kept as tables. */
export async function openBinder(options: BinderOptions, tableLimit?: number): Promise<Binder> {
  const instance = await takeInstance();
  const connection = await instance.connect();
  await applySettings(connection, options);
  await connection.run(setUp(options));
  const keywords = await readKeywords(connection);
  const registry = createStubRegistry();
  const tables = new StubTables(connection, tableLimit);
  const context = {
    connection,
    registry,
    tables,
    files: createFileTables(connection, registry),
    spell: (type: Parameters<typeof typeName>[0]) => typeName(type, (name) => keywords.has(name)),
  };
  return {
    checkQuery: (sql) => checkQuery(connection, sql),
    declare: async (stubs) => {
      const problems = await tables.declare(stubs);
      const refused = new Set(problems.map(({ relation }) => relation));
      for (const stub of stubs) if (!refused.has(stub.relation)) registry.declare(stub);
      return problems;
    },
    bind: (requests) => bindQueries(context, requests),
    close: async () => {
      const clean = await connection.run(tearDown).then(
        () => true,
        () => false,
      );
      connection.disconnectSync();
      if (clean) keepInstance(instance);
      else instance.closeSync();
    },
  };
}

/** What the target sets, which may decide types. A setting that the engine does not take is reported where the target is opened. */
async function applySettings(connection: DuckDBConnection, { settings = {} }: BinderOptions): Promise<void> {
  await connection.run("set session TimeZone = 'UTC'");
  for (const statement of settingStatements(settings['settings'], 'session')) await connection.run(statement).catch(() => undefined);
}

/** As the target is opened, so that names mean the same; and so that each part of a plan is one that the user wrote. */
function setUp({ projectRoot }: BinderOptions): string {
  const shared: readonly (readonly [string, string])[] = [
    ['errors_as_json', 'true'],
    ['autoinstall_known_extensions', 'false'],
    ['autoload_known_extensions', 'false'],
    ['threads', '1'],
  ];
  // They end with the connection: whoever has the engine next finds it as good as new.
  const own: readonly (readonly [string, string])[] = [
    // A scalar subquery then is its first row and no more.
    ['scalar_subquery_error_on_multiple_rows', 'false'],
    // A pivot over many values then is made of filtered aggregates, as one over few values is.
    ['pivot_filter_threshold', '1000000'],
    // The setting is a list separated by commas, with no way to quote one.
    ...(projectRoot.includes(',') ? [] : [['file_search_path', projectRoot] as const]),
  ];
  const name = quoteIdentifier(databaseAlias);
  return [
    ...shared.map(([key, value]) => `set global ${key} = ${quoteText(value)}`),
    ...own.map(([key, value]) => `set session ${key} = ${quoteText(value)}`),
    `attach ':memory:' as ${name}`,
    `use ${name}`,
  ].join('; ');
}

const tearDown = `use memory; detach ${quoteIdentifier(databaseAlias)}`;

async function readKeywords(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const result = await connection.runAndReadAll('select keyword_name from duckdb_keywords()');
  return new Set(result.getRows().map(([name]) => String(name)));
}
