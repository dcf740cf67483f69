/** Reads what artifacts say of columns, results and ages, where no database can be asked. */
import type { History, PastBuild, PastCheck } from '../state/history-reader.ts';
import { noHistory } from '../state/history-reader.ts';
import type { FreshnessVerdict, StandingRelation } from './site-input.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a text; nothing for what is no JSON object, which then is somebody else's file. */
function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** The relations of a catalog.json by the ids of their nodes. */
export function readCatalog(text: string): ReadonlyMap<string, StandingRelation> {
  const root = parse(text);
  const relations = new Map<string, StandingRelation>();
  for (const part of [root['nodes'], root['sources']]) {
    for (const [id, entry] of Object.entries(isFields(part) ? part : {})) {
      if (!isFields(entry)) continue;
      const columns = Object.values(isFields(entry['columns']) ? entry['columns'] : {})
        .filter(isFields)
        .sort((a, b) => (numberOf(a['index']) ?? 0) - (numberOf(b['index']) ?? 0))
        .map((column) => ({ name: textOf(column['name']), type: textOf(column['type']) }));
      const metadata = isFields(entry['metadata']) ? entry['metadata'] : {};
      const stats = isFields(entry['stats']) ? entry['stats'] : {};
      const rows = isFields(stats['num_rows']) ? numberOf(stats['num_rows']['value']) : undefined;
      relations.set(id, { kind: metadata['type'] === 'VIEW' ? 'view' : 'table', columns, rows });
    }
  }
  return relations;
}

/** The last run as run_results.json tells of it. */
export function readLastRun(text: string): History {
  const root = parse(text);
  const metadata = isFields(root['metadata']) ? root['metadata'] : {};
  const args = isFields(root['args']) ? root['args'] : {};
  const runId = textOf(metadata['invocation_id']);
  const endedAt = textOf(metadata['generated_at']);
  if (endedAt === '') return noHistory;
  const builds = new Map<string, readonly PastBuild[]>();
  const checks = new Map<string, readonly PastCheck[]>();
  let failed = false;
  for (const result of listOf(root['results'])) {
    const node = textOf(result['unique_id']);
    const status = textOf(result['status']);
    failed ||= ['error', 'fail'].includes(status);
    if (status === 'skipped') continue;
    const [, execute] = listOf(result['timing']);
    const startedAt = textOf(execute?.['started_at']) || endedAt;
    if (node.startsWith('test.')) {
      checks.set(node, [{ runId, node, status, failures: numberOf(result['failures']), rows: undefined, at: startedAt }]);
      continue;
    }
    const response = isFields(result['adapter_response']) ? result['adapter_response'] : {};
    const durationMs = (numberOf(result['execution_time']) ?? 0) * 1000;
    const rows = numberOf(response['rows_affected']);
    const quarantined = numberOf(response['rows_quarantined']);
    builds.set(node, [{ runId, node, status, reason: '', startedAt, durationMs, rows, quarantined, errorCode: undefined }]);
  }
  const startedAt = textOf(metadata['invocation_started_at']) || endedAt;
  const run = { runId, command: textOf(args['which']), target: textOf(args['target']), status: failed ? 'failed' : 'success', startedAt, endedAt };
  return { runs: [run], builds, checks };
}

/** What sources.json says of the ages of sources. */
export function readFreshness(text: string): ReadonlyMap<string, FreshnessVerdict> {
  return new Map(
    listOf(parse(text)['results']).map((result) => {
      const [loadedAt, checkedAt] = [textOf(result['max_loaded_at']), textOf(result['snapshotted_at'])];
      // The year in which dbt says that a source without rows was loaded.
      const isEmpty = loadedAt === '' || loadedAt.startsWith('0001-');
      const verdict = { status: textOf(result['status']), ...(isEmpty ? {} : { loadedAt }), ...(checkedAt === '' ? {} : { checkedAt }) };
      return [textOf(result['unique_id']), verdict];
    }),
  );
}
