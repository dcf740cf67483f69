/** State tables as earlier versions made them, written down by hand, in SQL that all engines read. */

const tables = `
create schema _tx;
create table _tx.meta (version integer, tx_version text, recorded_at timestamp);
create table _tx.runs (run_id text, status text, recorded_at timestamp, command text, target text, tx_version text);
create table _tx.records (kind text, subject text, ordinal bigint, recorded_at timestamp, entry text);
insert into _tx.meta values (1, '0.0.1', timestamp '2024-01-01 00:00:00');`;

function view(name: string, kinds: string, columns: readonly string[]): string {
  const list = columns.map((column) => {
    const [field = '', type = 'text'] = column.replace(':double', ':double precision').split(':');
    return `cast((cast(entry as json) ->> '${field}') as ${type}) as ${field}`;
  });
  return `create view _tx.${name} as select ${list.join(', ')} from _tx.records where kind in (${kinds});`;
}

const nodeRuns = (
  'run_id node_id attempt:integer status reason schema_name relation_name relation_kind ' +
  'started_at:timestamp duration_ms:double row_count:bigint'
).split(' ');
const nodeRunsEnd = ['content_hash', 'error_code'];
const checkResults = ['run_id', 'node_id', 'tested_node_id', 'status', 'failures:bigint', 'row_count:bigint'];

/** The forms of version 1, by what they had. */
export const olderStates: Readonly<Record<string, string>> = {
  'without measures of tests': `${tables}
    ${view('node_runs', "'build', 'failure'", [...nodeRuns, ...nodeRunsEnd])}
    ${view('check_results', "'check'", [...checkResults, 'recorded_at:timestamp'])}`,
  'without rows that failed': `${tables}
    ${view('node_runs', "'build', 'failure'", [...nodeRuns, ...nodeRunsEnd])}
    ${view('check_results', "'check', 'measure'", [...checkResults, 'measured', 'fingerprint', 'recorded_at:timestamp'])}`,
  'with another order of columns': `${tables}
    ${view('node_runs', "'build', 'failure'", [...nodeRuns, 'quarantined:bigint', ...nodeRunsEnd])}
    ${view('check_results', "'check', 'measure'", [...checkResults, 'measured', 'fingerprint', 'recorded_at:timestamp'])}
    ${view('test_failures', "'rows'", ['run_id', 'node_id', 'columns', 'rows', 'recorded_at:timestamp'])}`,
};
