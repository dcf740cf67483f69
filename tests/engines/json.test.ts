/** Values with parts come as JSON where somebody asks for that, from every engine. */
import { describe, expect, it } from 'vitest';
import { useEngines } from './sql-engines.ts';

describe.each(useEngines())('JSON on $name', ({ name, connect, dialect }) => {
  it('is told by the type, and read back', async () => {
    const connection = await connect();
    const list = name === 'duckdb' ? `[1, 2]` : 'array[1, 2]';
    const sql = `select ${list} as l, cast('{"a": [null, "x\\"y"]}' as json) as j, 1.5 as d, cast('[1]' as varchar(9)) as t`;
    const { columns } = await connection.query({ sql });
    expect(columns.map(({ type }) => dialect.json.holds(type))).toEqual([true, true, false, false]);
    const { rows } = await connection.query({ sql: `select ${dialect.json.text('l')}, ${dialect.json.text('j')} from (${sql}) as q` });
    expect(rows.map((row) => row.map((cell) => JSON.parse(String(cell))))).toEqual([[[1, 2], { a: [null, 'x"y'] }]]);
    await connection.close();
  });
});
