/** Whatever is allowed as a name or a value comes back as it was given, from every engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useEngines } from './sql-engines.ts';

/** What breaks quoting, comments, templates of statements, or the encoding. */
const nasty: readonly string[] = [
  `'`,
  `''`,
  `"`,
  `""`,
  `\\`,
  `\\'`,
  `\\\\`,
  `$$`,
  `$1`,
  `$tag$`,
  `%s %I %`,
  `-- `,
  `/* `,
  `*/`,
  `; drop table x; --`,
  `a;b`,
  `{{ref "x"}}`,
  `:name`,
  `?`,
  `@x`,
  `E'x'`,
  `U&"d"`,
  `a.b`,
  `a b`,
  ` a`,
  `a `,
  `select`,
  `SELECT`,
  `Select`,
  `user`,
  `null`,
  `true`,
  `123`,
  `1e5`,
  `0x1F`,
  `ï`,
  `i\u0308`,
  `日本`,
  `😀`,
  `‮abc`,
  `\u200b`,
  `\ufeff`,
  `İstanbul`,
  `ß`,
  `_tx_`,
  `it's "odd" \\ $$ -- /* ; */`,
];

const controls = ['\t', '\n', '\r', 'a\nb', '\u0001', '\u007f', '\u0085'];

describe('names and values', () => {
  describe.each(useEngines())('on $name', ({ dialect, catalog, connect, adapter }) => {
    it('text is what it was', async () => {
      const connection = await connect();
      const values = [...nasty, ...controls, '', ' ', 'x'.repeat(10_000)];
      const { rows } = await connection.query({ sql: `select ${values.map((value) => dialect.literal(value)).join(', ')}` });
      expect(rows[0]).toEqual(values);
    });

    it('any text is what it was', async () => {
      const connection = await connect();
      const anyText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (values) => {
          const { rows } = await connection.query({ sql: `select ${values.map((value) => dialect.literal(value)).join(', ')}` });
          expect(rows[0]).toEqual(values);
        }),
        { numRuns: 30 },
      );
    });

    it('numbers, truth and nothing are what they were', async () => {
      const connection = await connect();
      const values = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 0.1, -0.5, 1e300, 5e-324, true, false, null];
      const { rows } = await connection.query({ sql: `select ${values.map((value) => dialect.literal(value)).join(', ')}` });
      expect(rows[0]?.map((cell) => (typeof cell === 'string' ? Number(cell) : cell))).toEqual(values);
      const sums = values
        .filter((value): value is number => typeof value === 'number')
        .map((value) => `${dialect.literal(value)} - ${dialect.literal(value)}`);
      const { rows: zeros } = await connection.query({ sql: `select ${sums.join(', ')}` });
      expect(zeros[0]?.every((cell) => Number(cell) === 0)).toBe(true);
    });

    it('a name is refused with a reason, or is the name of a schema, a relation and a column', async () => {
      const connection = await connect();
      const names = [...nasty, ...controls, '', 'x'.repeat(63), 'é'.repeat(31)];
      for (const name of names) {
        const problem = dialect.identifierProblem(name);
        if (problem !== undefined) {
          expect(problem).not.toBe('');
          continue;
        }
        const relation = { schema: `s${name}`.slice(0, 60), name };
        if (dialect.identifierProblem(relation.schema) !== undefined) continue;
        await connection.run({ sql: `create schema ${dialect.quoteIdentifier(relation.schema)}` });
        await connection.run({ sql: `create table ${dialect.relation(relation)} as select 1 as ${dialect.quoteIdentifier(name)}` });
        expect(await catalog.relations(connection, [relation.schema]), name).toMatchObject([
          { relation, kind: 'table', columns: [{ name }] },
        ]);
        expect(
          (await connection.query({ sql: `select ${dialect.quoteIdentifier(name)} from ${dialect.relation(relation)}` })).rows,
        ).toEqual([[1]]);
        await connection.run({ sql: `drop schema ${dialect.quoteIdentifier(relation.schema)} cascade` });
      }
    });

    it('two names are one where they have one fold, and only there', async () => {
      const connection = await connect();
      const pairs = [
        ['abc', 'ABC'],
        ['ä', 'Ä'],
        ['ß', 'SS'],
        ['i', 'İ'],
        ['a', 'a '],
      ] as const;
      await connection.run({ sql: 'create schema folds' });
      for (const [one, other] of pairs) {
        await connection.run({ sql: `create table folds.${dialect.quoteIdentifier(one)} as select 1 as x` });
        const second = connection.run({ sql: `create table folds.${dialect.quoteIdentifier(other)} as select 1 as x` });
        const isSame = dialect.foldIdentifier(one) === dialect.foldIdentifier(other);
        await (isSame
          ? expect(second, `${one} ${other}`).rejects.toThrow('already exists')
          : expect(second, `${one} ${other}`).resolves.toBeDefined());
      }
      await connection.run({ sql: 'drop schema folds cascade' });
    });

    it('names that the engine makes for itself are not too long', () => {
      const limit = adapter.capabilities.maxIdentifierBytes;
      const long = 'é'.repeat(40);
      expect(dialect.identifierProblem(long) === undefined).toBe(limit === undefined);
    });
  });
});
