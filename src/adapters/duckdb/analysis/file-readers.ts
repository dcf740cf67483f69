/**
 * Queries over files. The engine binds its readers of CSV and JSON and cannot write them into a plan, so an empty table
 * with the same columns takes the place of each.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BindRequest } from '../../../adapter/analysis.ts';
import { utf16Offset } from '../errors.ts';
import { quoteIdentifier } from '../quoting.ts';
import { readerText, standIn } from './file-stand-ins.ts';
import type { QueryEdit } from '../../../adapter/query-edits.ts';
import type { ScratchTable } from './file-stand-ins.ts';
import { findFileReaders } from './query-tree.ts';
import type { StubRegistry } from './stub-registry.ts';

const schema = '_tx_files';

/** Edits that put the declared relations of a request in the place of its files. */
export function declaredFileEdits({ sql, files = [] }: BindRequest, tree: unknown): readonly QueryEdit[] {
  return findFileReaders(tree).flatMap((reader) => {
    const place = readerText(sql, reader, (bytes) => utf16Offset(sql, bytes, 'byte'));
    const file = place && files.find(({ text }) => text.trim() === sql.slice(place.start, place.end));
    if (place === undefined || file === undefined) return [];
    return [{ ...place, text: standIn(reader, { schema: file.relation.schema, table: file.relation.name }) }];
  });
}

/** Tables in the place of readers. Each file is looked at once, however many queries read it. */
export interface FileTables {
  /** Edits for every reader in `sql`, or undefined when the files of one cannot be read. */
  readonly edits: (sql: string, tree: unknown) => Promise<readonly QueryEdit[] | undefined>;
}

export function createFileTables(connection: DuckDBConnection, registry: StubRegistry): FileTables {
  const tables = new Map<string, Promise<ScratchTable | undefined>>();

  async function create(name: string, call: string): Promise<ScratchTable | undefined> {
    const table = { schema, table: `file_${tables.size}` };
    const target = `${quoteIdentifier(schema)}.${quoteIdentifier(table.table)}`;
    try {
      await connection.run(`create schema if not exists ${quoteIdentifier(schema)}; create table ${target} as from ${call} limit 0`);
    } catch {
      return undefined;
    }
    registry.declareReader(table, name, call);
    return table;
  }

  function tableOf(name: string, call: string): Promise<ScratchTable | undefined> {
    const known = tables.get(call) ?? create(name, call);
    tables.set(call, known);
    return known;
  }

  return {
    edits: async (sql, tree) => {
      const edits: QueryEdit[] = [];
      for (const reader of findFileReaders(tree)) {
        const place = readerText(sql, reader, (bytes) => utf16Offset(sql, bytes, 'byte'));
        const table = place && (await tableOf(reader.name, sql.slice(place.start, place.end)));
        if (place === undefined || table === undefined) return undefined;
        edits.push({ ...place, text: standIn(reader, table) });
      }
      return edits;
    },
  };
}
