/** Codes of histories: what goes wrong while a snapshot goes on. */
import { error } from '../code-entry.ts';

export const snapshotCodes = {
  'snapshot-column-missing': error<{ key: string; column: string; columns: readonly string[] }>(
    (p) => `there is no column \`${p.column}\` for \`${p.key}\``,
    (p) => `the rows have ${p.columns.map((column) => `\`${column}\``).join(', ')}`,
  ),
  'snapshot-column-taken': error<{ name: string; column: string }>(
    (p) => `snapshot \`${p.name}\` adds a column \`${p.column}\`, and its relation has one of that name`,
    (p) =>
      `give the column of the snapshot another name: \`snapshot_meta_column_names: { … }\`, or leave \`${p.column}\` out of what it looks at`,
  ),
  'snapshot-stamp-type': error<{ column: string; type: string }>(
    (p) => `\`updated_at\` is a time, and \`${p.column}\` has the type \`${p.type}\``,
    () => 'name a column of dates or timestamps, cast it in a model, or use `strategy: check`',
  ),
  'snapshot-stamp-null': error<{ name: string; column: string; rows: number; samples: readonly string[] }>(
    (p) =>
      `${p.rows} ${p.rows === 1 ? 'row' : 'rows'} of snapshot \`${p.name}\` have no time of change: \`${p.column}\` is NULL (${p.samples.join('; ')})`,
    () => 'give them one, leave them out of what the snapshot looks at, or use `strategy: check`',
  ),
  'snapshot-not-a-history': error<{ relation: string; missing: readonly string[] }>(
    (p) => `table \`${p.relation}\` is no history: it has no ${p.missing.map((column) => `\`${column}\``).join(', ')}`,
    () => 'set `snapshot_meta_column_names` to the names that the columns have there, or give the snapshot another name or `alias`',
  ),
  'snapshot-versions-overlap': error<{ relation: string; keys: number; samples: readonly string[] }>(
    (p) => `\`${p.relation}\` has more than one version in force of ${p.keys} ${p.keys === 1 ? 'row' : 'rows'} (${p.samples.join('; ')})`,
    () => 'somebody has changed its rows: end all but one version of each; nothing was changed',
  ),
  'snapshot-end-unknown': error<{ relation: string; rows: number; end: string; samples: readonly string[] }>(
    (p) =>
      `\`${p.relation}\` has no version in force of ${p.rows} ${p.rows === 1 ? 'row that is' : 'rows that are'} there, ` +
      `but ${p.rows === 1 ? 'one that ends' : 'ones that end'} at ${p.end} (${p.samples.join('; ')})`,
    () =>
      'it looks like the end that versions in force had until now: say it in `dbt_valid_to_current`, or put the new one, or NULL, in its place in the table; nothing was changed',
  ),
};
