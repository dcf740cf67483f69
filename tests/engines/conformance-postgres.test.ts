/** Projects mean the same on every engine: PostgreSQL. */
import { describe } from 'vitest';
import { checkConformance } from './check-conformance.ts';

describe('every engine: PostgreSQL', () => {
  checkConformance('postgres');
});
