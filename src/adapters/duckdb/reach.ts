/** Attaches the file of another target, to read it beside one's own. */
import type { AttachedDatabase, TargetSettings } from '../../adapter/adapter.ts';
import type { Reach } from '../../adapter/reach.ts';
import { locateDatabase } from './database-location.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

/** No schema has this name: `tx` reserves what begins with it. */
const alias = '_tx_other';

/** Undefined for a database in memory, which is empty for everybody but the process that fills it. */
export function reach(mine: TargetSettings, other: TargetSettings, projectRoot: string, attached?: AttachedDatabase): Reach | undefined {
  const { path: own } = mine.settings;
  const { path } = other.settings;
  if (typeof path !== 'string' || typeof own !== 'string') return undefined;
  const { file } = locateDatabase(path, projectRoot);
  if (file === undefined) return undefined;
  if (file === locateDatabase(own, projectRoot).file) return { isSame: true, open: [], enter: [], relation: dialect.relation };
  // A file is attached once only.
  const isAttached = attached?.location === file;
  const name = quoteIdentifier(isAttached ? attached.name : alias);
  return {
    isSame: false,
    place: file,
    open: isAttached ? [] : [{ sql: `attach ${quoteText(file)} as ${name} (type duckdb, read_only)` }],
    enter: [{ sql: `use ${name}` }],
    relation: (relation) => `${name}.${dialect.relation(relation)}`,
  };
}
