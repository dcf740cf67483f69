/** The registry of engines: the one list that names them. */
import type { Engine } from '../adapter/adapter.ts';
import { engine as duckdb } from '../adapters/duckdb/engine.ts';
import { engine as postgres } from '../adapters/postgres/engine.ts';

export const engines: readonly Engine[] = [duckdb, postgres];
