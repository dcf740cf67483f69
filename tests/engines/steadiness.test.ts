/** The lists of what is not steady hold what each engine itself says is not. */
import { describe, expect, it } from 'vitest';
import { useEngines } from './sql-engines.ts';

/** What an engine calls unsteady, without what nobody can put into a query, and what changes nothing that is read. */
const questions: Readonly<Record<string, { readonly sql: string; readonly others: RegExp }>> = {
  duckdb: {
    sql: `select distinct function_name from duckdb_functions() where function_type in ('scalar', 'aggregate')
      and stability in ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')`,
    // It only fails.
    others: /^error$/,
  },
  postgres: {
    sql: `select distinct proname from pg_proc where provolatile = 'v' and pronamespace = 'pg_catalog'::regnamespace
      and prorettype <> 'trigger'::regtype and prorettype <> 'internal'::regtype and prokind = 'f' and not proretset`,
    // Of the server, of locks, replication and large objects, and parts of types, languages and catalogs.
    others:
      /^(pg_|lo_|lo|lowrite|loread|binary_upgrade|brin_|gin_|ts_|.*_(in|out|recv|send|support|handler|validator|call_handler|inline_handler)$|be_|currtid|suppress|.*(_stat|xlog|xact|snapshot|txid).*|fmgr_|plpgsql_|amvalidate|.*handler$|bernoulli$|system$)/,
  },
};

describe('unsteady functions', () => {
  describe.each(useEngines())('of $name', ({ name, dialect, connect }) => {
    it('are all known by name', async () => {
      const { sql, others } = questions[name] ?? { sql: '', others: /^$/ };
      const connection = await connect();
      const found = (await connection.query({ sql })).rows.map(([each]) => String(each));
      expect(found.length).toBeGreaterThan(10);
      const { unsteadyFunctions, unsteadyWords } = dialect.steadiness;
      expect(found.filter((each) => !unsteadyFunctions.has(each) && !unsteadyWords.has(each) && !others.test(each)).sort()).toEqual([]);
    });

    it('and words are words of the engine', async () => {
      const connection = await connect();
      for (const word of dialect.steadiness.unsteadyWords) {
        if (word === 'system_user') continue;
        expect((await connection.query({ sql: `select ${word}` })).rows, word).toHaveLength(1);
      }
    });
  });
});
