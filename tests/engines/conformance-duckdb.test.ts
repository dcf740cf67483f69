/** Projects mean the same on every engine: DuckDB. */
import { describe } from 'vitest';
import { checkConformance } from './check-conformance.ts';

describe('every engine: DuckDB', () => {
  checkConformance('duckdb');
});
