/** The whole of DuckDB behind the adapter contract. */
import type { Adapter } from '../../adapter/adapter.ts';
import { attachment } from './attachment.ts';
import { openAnalyzer } from './analysis.ts';
import { openBinder } from './analysis/open-binder.ts';
import { capabilities } from './capabilities.ts';
import { catalog } from './catalog.ts';
import { dialect } from './dialect.ts';
import { operations } from './operations.ts';
import { reach } from './reach.ts';
import { openSession } from './session.ts';

export const adapter: Adapter = {
  dialect,
  capabilities,
  operations,
  catalog,
  open: openSession,
  attachment,
  reach,
  openAnalyzer,
  openBinder,
};
