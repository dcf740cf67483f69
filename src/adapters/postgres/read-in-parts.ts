/** Reads a query by a cursor: the server keeps the rest of it. */
import type { Cell, Connection } from '../../adapter/connection.ts';
import type { Statement } from '../../adapter/statement.ts';

const cursor = '_tx_rows';

export async function* readInParts(connection: Connection, { sql }: Statement, most: number): AsyncGenerator<readonly (readonly Cell[])[]> {
  await connection.begin();
  try {
    await connection.run({ sql: `declare ${cursor} no scroll cursor for ${sql}` });
    for (;;) {
      const { rows } = await connection.query({ sql: `fetch ${most} from ${cursor}` });
      if (rows.length > 0) yield rows;
      if (rows.length < most) return;
    }
  } finally {
    await connection.rollback();
  }
}
