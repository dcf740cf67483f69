/** Writes what a run came to as dbt's run_results.json (version 6), and reads it back for the next run. */
import { plainUnitDiff } from './unit-diff-text.ts';
import type { Relation } from '../adapter/relation.ts';
import { plain } from '../diagnostics/plain.ts';
import type { NodeResult, RunResult } from '../execute/events.ts';
import type { Command } from '../plan/plan.ts';
import type { ArtifactMetadata } from './artifact-metadata.ts';
import { artifactMetadata } from './artifact-metadata.ts';
import { isObject, parseObject } from './parse-object.ts';
import type { RunArguments } from './run-arguments.ts';
import { readRunArguments, recordedCommand } from './run-arguments.ts';

export interface RunResultsInput {
  /** Flags of the run, in dbt's words (`select`, `full_refresh`, `vars`, …). `which` and the run's command are added. */
  readonly args: RunArguments;
  /** Version of `tx`. */
  readonly version: string;
  /** Time at which the file is written, ISO 8601 in UTC. */
  readonly generatedAt: string;
  /** The SQL that a node was built from, where it is known. */
  readonly compiledCode?: (id: string) => string | undefined;
  /** The name of a relation as SQL of this engine writes it. */
  readonly relationName?: (relation: Relation) => string;
}

/** Bounds of batches, ISO 8601 in UTC. */
interface BatchResults {
  readonly successful: readonly (readonly [string, string])[];
  readonly failed: readonly (readonly [string, string])[];
}

interface RunResultEntry {
  readonly status: string;
  readonly timing: readonly { readonly name: string; readonly started_at: string; readonly completed_at: string }[];
  readonly thread_id: string;
  readonly execution_time: number;
  readonly adapter_response: Readonly<Record<string, number>>;
  readonly message: string | null;
  readonly failures: number | null;
  readonly unique_id: string;
  readonly compiled: boolean | null;
  readonly compiled_code: string | null;
  readonly relation_name: string | null;
  readonly batch_results: BatchResults | null;
}

export interface RunResultsArtifact {
  readonly metadata: ArtifactMetadata & { readonly invocation_started_at: string };
  readonly results: readonly RunResultEntry[];
  readonly elapsed_time: number;
  readonly args: RunArguments;
}

/** The object to write as `target/run_results.json`; mask its text before it is written. */
export function runResultsArtifact(result: RunResult, input: RunResultsInput): RunResultsArtifact {
  return {
    metadata: {
      ...artifactMetadata('runResults', { version: input.version, generatedAt: input.generatedAt, invocationId: result.runId }),
      invocation_started_at: result.startedAt,
      // A run can fail although each of its nodes succeeded: a hook at its end did.
      env: { TX_VERSION: input.version, TX_STATUS: result.status },
    },
    results: result.results.map((node) => resultEntry(node, input)),
    elapsed_time: seconds(result.durationMs),
    args: { ...input.args, which: result.command },
  };
}

function batchResults({ batches }: NodeResult): BatchResults | null {
  if (batches === undefined) return null;
  const bounds = (ranges: typeof batches.failed): BatchResults['failed'] => ranges.map(({ start, end }) => [start, end] as const);
  return { successful: bounds(batches.ranges), failed: bounds(batches.failed) };
}

const isPartial = ({ status, batches }: NodeResult): boolean => status === 'error' && batches !== undefined && batches.loaded > 0;

/** dbt has no word for a cancelled node: to its readers it was skipped, and the message says more. Its word for what needed nothing is for nodes alone. */
function statusWord({ status, asOf, resourceType }: NodeResult): string {
  if (asOf !== undefined && resourceType !== 'test') return 'no-op';
  return status === 'cancelled' ? 'skipped' : status;
}

function resultEntry(node: NodeResult, input: RunResultsInput): RunResultEntry {
  const ran = node.status !== 'skipped' && node.status !== 'cancelled';
  const code = input.compiledCode?.(node.id);
  const { relation } = node;
  const name = relation === undefined ? null : (input.relationName ?? quotedName)(relation);
  return {
    status: isPartial(node) ? 'partial success' : statusWord(node),
    timing: ran
      ? [
          // Everything is compiled before the run starts: no node spends time on it.
          { name: 'compile', started_at: node.startedAt, completed_at: node.startedAt },
          { name: 'execute', started_at: node.startedAt, completed_at: node.finishedAt },
        ]
      : [],
    thread_id: `Thread-${node.worker + 1}`,
    execution_time: seconds(node.durationMs),
    adapter_response: {
      ...(node.rows === undefined ? {} : { rows_affected: node.rows }),
      ...(node.quarantined === undefined ? {} : { rows_quarantined: node.quarantined }),
    },
    message: messageOf(node),
    failures: node.failures ?? null,
    unique_id: node.id,
    compiled: code !== undefined,
    compiled_code: code ?? null,
    relation_name: name,
    batch_results: batchResults(node),
  };
}

function messageOf(node: NodeResult): string | null {
  if (node.message !== undefined) return plain(node.diff === undefined ? node.message : `${node.message}\n${plainUnitDiff(node.diff)}`);
  if (node.asOf !== undefined) return node.resourceType === 'test' ? `pass (as of ${node.asOf})` : `unchanged since ${node.asOf}`;
  if (node.proven === true) return 'proven by the query';
  if (node.status === 'cancelled') return 'cancelled';
  if (node.skippedBecause !== undefined) return `skipped because of ${node.skippedBecause}`;
  return null;
}

function quotedName(relation: Relation): string {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  return `${quote(relation.schema)}.${quote(relation.name)}`;
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** A run as its file tells of it: what to do again, and with which flags. */
export interface RecordedRun {
  readonly command: Command;
  /** ISO 8601 in UTC. */
  readonly startedAt: string | undefined;
  readonly args: RunArguments;
  /** False when the run failed or was cancelled, for whatever reason. */
  readonly succeeded: boolean;
  /** In the words of the file: `success`, `pass`, `warn`, `fail`, `error`, `skipped`. */
  readonly results: readonly { readonly id: string; readonly status: string }[];
}

/** Reads the text of a run_results.json that `tx` wrote; undefined for any other text. */
export function readRunResults(text: string): RecordedRun | undefined {
  const root = parseObject(text);
  if (root === undefined) return undefined;
  const { metadata, args, results } = root;
  if (!isObject(metadata)) return undefined;
  const { env, invocation_started_at: started } = metadata;
  if (!isObject(env) || typeof env['TX_VERSION'] !== 'string') return undefined;
  if (!isObject(args) || !Array.isArray(results)) return undefined;
  const command = recordedCommand(args['which']);
  if (command === undefined) return undefined;
  const read: { id: string; status: string }[] = [];
  for (const entry of results) {
    if (!isObject(entry) || typeof entry['unique_id'] !== 'string' || typeof entry['status'] !== 'string') return undefined;
    read.push({ id: entry['unique_id'], status: entry['status'] });
  }
  return {
    command,
    startedAt: typeof started === 'string' ? started : undefined,
    args: readRunArguments(args),
    succeeded: env['TX_STATUS'] !== 'failed' && env['TX_STATUS'] !== 'cancelled',
    results: read,
  };
}
