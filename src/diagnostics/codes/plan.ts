/** Codes of the plan: what cannot be done on this target, before anything is done. */
import { error, warning } from '../code-entry.ts';

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

export const planCodes = {
  'relation-not-owned': error<{ relation: string; kind: string; built: string | undefined; stateGone: boolean; stateSchema: string }>(
    (p) =>
      p.built === undefined
        ? `${p.kind} \`${p.relation}\` exists already and was not built by \`tx\``
        : `${p.kind} \`${p.relation}\` was not built by \`tx\`: it stands in the place of the ${p.built} that was`,
    (p) =>
      p.stateGone
        ? `the state schema \`${p.stateSchema}\` is missing; if \`tx\` built it, put back what \`tx state export\` saved with \`tx state import state.json\`, or run again with \`--adopt\` to take it over`
        : `give the model another name or \`alias\`, or run with \`--adopt\` to let \`tx\` take it over`,
  ),
  'partitions-differ': error<{ relation: string; stands: string | undefined; wanted: string | undefined; isKept: boolean }>(
    (p) =>
      p.wanted === undefined
        ? `the table \`${p.relation}\` is divided ${p.stands ?? ''}, and the model does not ask for that any more`
        : `the model asks for a table divided ${p.wanted}, and \`${p.relation}\` is ${p.stands === undefined ? 'not divided' : `divided ${p.stands}`}`,
    (p) =>
      (p.isKept ? 'take `full_refresh: false` away, and ' : '') +
      (p.wanted === undefined
        ? 'build it anew with `--full-refresh`, or set `partition_granularity` again'
        : 'build it anew with `--full-refresh`, or leave `partition_granularity` as it was'),
  ),
  'partition-not-in-key': error<{ what: string; columns: readonly string[]; column: string; engine: string }>(
    (p) =>
      `the ${p.what} over ${quoted(p.columns)} lacks \`${p.column}\`, by which the table is divided: ${p.engine} keeps it in each partition alone`,
    (p) => `add \`${p.column}\` to it, declare a \`unique\` test instead, or take \`partition_granularity\` away`,
  ),
  'history-in-the-way': error<{ relation: string; snapshot: string; kind: string; name: string }>(
    (p) =>
      `table \`${p.relation}\` is the history that snapshot \`${p.snapshot}\` has kept, and ${p.kind} \`${p.name}\` would take its place`,
    (p) => `a history cannot be built again: give ${p.kind} \`${p.name}\` another name or \`alias\`, or drop the table yourself`,
  ),
  'clock-behind': warning<{ now: string; built: string; node: string }>(
    (p) => `the clock says ${p.now}, and \`${p.node}\` was built at ${p.built}`,
    () => 'set the clock of this machine; until then `{{run.started_at}}` and the time of the database may lie before rows that are there',
  ),
  'rows-of-another': error<{ relation: string; kind: string; name: string; model: string; isKept: boolean; isHistory: boolean }>(
    (p) => `table \`${p.relation}\` holds the rows of ${p.kind} \`${p.name}\`, and \`${p.model}\` would add its own to them`,
    ({ isKept, isHistory }) =>
      isHistory
        ? 'if it is the same history under an old name, go on with it by `--adopt`; else give the snapshot another name or `alias`'
        : isKept
          ? 'keep its rows and go on from them with `--adopt`; `full_refresh: false` keeps it from being built anew'
          : 'build it anew with `--full-refresh`, or keep its rows and go on from them with `--adopt`',
  ),
  /** `unread` are calls that name what the model does not read and could. */
  'quarantine-impossible': error<{ test: string | undefined; model: string; reason: string; unread?: readonly string[] }>(
    (p) => `${p.test === undefined ? 'no row' : `no row that fails \`${p.test}\``} of \`${p.model}\` can be set aside: ${p.reason}`,
    ({ unread = [] }) =>
      unread.length === 0
        ? 'take `on_fail: quarantine` away, or change what stands in its way'
        : `add \`-- depends_on: ${unread.join(' ')}\` to the SQL of the model, so that it is built before, or take \`on_fail: quarantine\` away`,
  ),
  'files-not-owned': error<{ readonly location: string }>(
    ({ location }) => `something is at \`${location}\` already, and \`tx\` did not put it there for this model`,
    () => 'move it away, name another `location`, or replace it for good with `--adopt`',
  ),
  'quarantine-taken': error<{ relation: string; model: string }>(
    (p) => `\`${p.relation}\` is where failing rows of \`${p.model}\` would go, and it is something else`,
    () => 'name another schema in `quarantine: { schema: … }` of the model, or give what stands there another name',
  ),
  'deletions-taken': error<{ readonly relation: string; readonly model: string }>(
    (p) => `\`${p.relation}\` is where deleted keys of \`${p.model}\` are remembered, and it is something else`,
    () => 'give what stands there another name, or the model another `alias`',
  ),
  'deletions-unknown': error<{
    readonly relation: string;
    readonly model: string;
    readonly problem: 'gone' | 'other columns' | 'unused';
  }>(
    ({ relation, model, problem }) =>
      ({
        gone: `\`${relation}\` is gone, so nobody knows what was deleted from \`${model}\``,
        'other columns': `\`${relation}\`, which knows what was deleted from \`${model}\`, has other columns than its key and sequence`,
        unused: `\`${model}\` was built without \`delete_when\` meanwhile, and \`${relation}\` does not know what came and went`,
      })[problem],
    () => 'rebuild the model with `--full-refresh`, from a query that gives all events',
  ),
  'strategy-not-supported': error<{ strategy: string; engine: string; offered: readonly string[] }>(
    (p) => `incremental strategy \`${p.strategy}\` is not available on ${p.engine}`,
    (p) => `${p.engine} offers ${quoted(p.offered)}`,
  ),
  'materialization-not-supported': error<{ materialized: string; engine: string; offered: readonly string[] }>(
    (p) => `materialization \`${p.materialized}\` is not available on ${p.engine}`,
    (p) => `${p.engine} offers ${quoted(p.offered)}`,
  ),
  'interval-missing': error<{ slot: string }>(
    (p) => `\`{{${p.slot}}}\` has no value: this run has no time interval`,
    () => 'give one with `--event-time-start 2024-01-01 --event-time-end 2024-02-01`',
  ),
  'gaps-found': error<{ model: string; gaps: readonly string[] }>(
    (p) =>
      `intervals of \`${p.model}\` are missing before one that is loaded: ${p.gaps.slice(0, 5).join(', ')}${p.gaps.length > 5 ? ` and ${p.gaps.length - 5} more` : ''}`,
    () => 'without `--no-gaps` a run loads them',
  ),
  'dynamic-query': error<{ feature: string }>(
    (p) => `the columns of this query are known only after it has run: ${p.feature}`,
    () => "name them: `pivot … on y in ('a', 'b')`, or use `{{pivot …}}`",
  ),
  'state-newer': error<{ schema: string; found: number; known: number; txVersion: string }>(
    (p) => `the state in \`${p.schema}\` was written by a newer \`tx\` (${p.txVersion}): version ${p.found}, this one knows ${p.known}`,
    (p) => `upgrade \`tx\` to ${p.txVersion} or later, or give this one a \`state_schema\` of its own; nothing was changed`,
  ),
  'state-foreign': error<{ schema: string; table: string; missing: readonly string[] }>(
    (p) =>
      `\`${p.schema}.${p.table}\` is not a state table of \`tx\`${p.missing.length === 0 ? '' : `: it has no column ${quoted(p.missing)}`}`,
    () => 'set another `state_schema` in project.yaml; nothing was touched',
  ),
  'foreign-key-not-kept': warning<{ engine: string; count: number }>(
    ({ engine, count }) =>
      `${engine} cannot keep ${count === 1 ? 'this foreign key' : `this and ${count - 1} more foreign ${count === 2 ? 'key' : 'keys'}`}: the table that it points to could not be replaced any more`,
    () => 'it is checked each time the model is built, so the warning may stay; a `relationships` test says the same',
  ),
  'config-without-effect': warning<{ what: string; engine: string; nodes: number }>(
    (p) => `${p.what} has no effect on ${p.engine}${p.nodes === 1 ? '' : `: ${p.nodes} models and seeds ask for it`}`,
    () => 'nothing has to be done where the project is built on another engine too',
  ),
};
