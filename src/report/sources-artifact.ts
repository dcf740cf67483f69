/** Writes the ages of sources as dbt's sources.json, version 3. */
import type { Age } from '../compile/compiled.ts';
import { plain } from '../diagnostics/plain.ts';
import type { FreshnessResult } from '../execute/check-freshness.ts';
import type { ArtifactMetadata, ArtifactOrigin } from './artifact-metadata.ts';
import { artifactMetadata } from './artifact-metadata.ts';

export interface SourcesArtifact {
  readonly metadata: ArtifactMetadata;
  readonly results: readonly object[];
  readonly elapsed_time: number;
}

/** What dbt says of a source without rows: it was loaded before everything. */
const never = Date.parse('0001-01-01T00:00:00Z');

/** The object to write as `target/sources.json`; mask its text before it is written. */
export function sourcesArtifact(results: readonly FreshnessResult[], origin: ArtifactOrigin, durationMs: number): SourcesArtifact {
  return { metadata: artifactMetadata('sources', origin), results: results.map(resultEntry), elapsed_time: Math.round(durationMs) / 1000 };
}

function resultEntry(result: FreshnessResult): object {
  const { id, status, freshness, startedAt, finishedAt, loadedAt = never } = result;
  if (status === 'runtime error') {
    const [problem] = result.diagnostics;
    return { unique_id: id, error: problem === undefined ? null : plain(problem.redacted ?? problem.message), status };
  }
  const iso = (time: number): string => new Date(time).toISOString();
  return {
    unique_id: id,
    max_loaded_at: iso(loadedAt),
    snapshotted_at: iso(startedAt),
    max_loaded_at_time_ago_in_s: (startedAt - loadedAt) / 1000,
    status,
    criteria: { warn_after: age(freshness.warnAfter), error_after: age(freshness.errorAfter), filter: freshness.filter ?? null },
    adapter_response: {},
    timing: [
      { name: 'compile', started_at: iso(startedAt), completed_at: iso(startedAt) },
      { name: 'execute', started_at: iso(startedAt), completed_at: iso(finishedAt) },
    ],
    thread_id: `Thread-${result.worker + 1}`,
    execution_time: (finishedAt - startedAt) / 1000,
  };
}

function age(after: Age | undefined): object | null {
  return after === undefined ? null : { count: after.count, period: after.period };
}
